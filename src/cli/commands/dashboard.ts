import * as POSTHOG_ERRORS from '../../platform/error-table/posthog.js';
import { AnalyticsError } from '../../platform/errors.js';
import { createApi } from '../../posthog/api.js';
import { apply, DASHBOARD, wanted } from '../../posthog/apply.js';
import { INSIGHTS } from '../../posthog/insights.js';
import type { Run } from '../command.js';
import { EXIT } from '../exit-code.js';

const DEFAULT_HOST = 'https://eu.posthog.com';
const WORDS = { create: 'created', update: 'updated', keep: 'as it should be' } as const;

export const run: Run<'dashboard'> = async ({ options }, output) => {
  if (options.dryRun) {
    output.json({ version: 1, dashboard: DASHBOARD, insights: INSIGHTS.map(wanted) });
    return EXIT.done;
  }
  const key = process.env.POSTHOG_PERSONAL_API_KEY;
  if (!key) throw new AnalyticsError(POSTHOG_ERRORS.keyMissing);
  const { project, host = DEFAULT_HOST } = options;
  if (project === undefined || !/^\d+$/.test(project)) throw new AnalyticsError(POSTHOG_ERRORS.invalidProject);
  const onWait = (seconds: number) => output.remark(`PostHog asks to wait ${seconds} s.`);
  const { dashboard } = await apply(createApi({ host, project, key, onWait }), ({ what, does }) =>
    output.data(`${what}: ${WORDS[does]}`),
  );
  output.line(`${new URL(host).origin}/project/${project}/dashboard/${dashboard}`);
  return EXIT.done;
};
