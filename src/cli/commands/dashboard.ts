import * as POSTHOG_ERRORS from '../../platform/error-table/posthog.js';
import { AnalyticsError } from '../../platform/errors.js';
import { createApi, type PostHogApi } from '../../posthog/api.js';
import { apply, DASHBOARD, type Step, wanted } from '../../posthog/apply.js';
import { type Arrived, readArrived } from '../../posthog/check.js';
import { INSIGHTS } from '../../posthog/insights.js';
import { readSettings, type Setting } from '../../posthog/project.js';
import { annotationOf } from '../../posthog/releases.js';
import { dayOf } from '../../schema/calendar.js';
import { readReleases } from '../collector-releases.js';
import type { Options, Run } from '../command.js';
import { showArrived, showSettings } from '../dashboard-check.js';
import { EXIT } from '../exit-code.js';
import type { Output } from '../output.js';

const DEFAULT_HOST = 'https://eu.posthog.com';
const WORDS = { create: 'created', update: 'updated', keep: 'as it should be' } as const;

/** What `dashboard posthog --json` prints. */
export interface DashboardResult {
  readonly version: 1;
  /** The dashboard; null with --check. */
  readonly url: string | null;
  readonly steps: readonly Step[];
  /** Null without --check. */
  readonly arrived: Arrived | null;
  /** Null if the key may not read them. */
  readonly settings: readonly Setting[] | null;
}

export const run: Run<'dashboard'> = async ({ options }, output) => {
  const releases = readReleases(options.releases);
  if (options.dryRun) {
    output.json({
      version: 1,
      dashboard: DASHBOARD,
      insights: INSIGHTS.map(wanted),
      annotations: releases.map(annotationOf),
    });
    return EXIT.done;
  }
  const { api, url } = connect(options, output);
  if (options.check) return await check(api, options, output);

  const steps: Step[] = [];
  const { dashboard } = await apply(api, releases, (step) => {
    steps.push(step);
    if (!options.json) output.data(`${step.what}: ${WORDS[step.does]}`);
  });
  const settings = (await readSettings(api)) ?? null;
  const result: DashboardResult = { version: 1, url: `${url}/dashboard/${dashboard}`, steps, arrived: null, settings };
  if (options.json) output.json(result);
  else {
    output.line(`${url}/dashboard/${dashboard}`);
    showSettings(settings, output.remark);
  }
  return EXIT.done;
};

function connect({ project, host = DEFAULT_HOST }: Options<'dashboard'>, output: Output) {
  const key = process.env.POSTHOG_PERSONAL_API_KEY;
  if (!key) throw new AnalyticsError(POSTHOG_ERRORS.keyMissing);
  if (project === undefined || !/^\d+$/.test(project)) throw new AnalyticsError(POSTHOG_ERRORS.invalidProject);
  const onWait = (seconds: number) => output.remark(`PostHog asks to wait ${seconds} s.`);
  const api = createApi({ host, project, key, onWait });
  return { api, url: `${new URL(host).origin}/project/${project}` };
}

async function check(api: PostHogApi, { json }: Options<'dashboard'>, output: Output) {
  const arrived = await readArrived(api, dayOf(Date.now()));
  const settings = (await readSettings(api)) ?? null;
  const result: DashboardResult = { version: 1, url: null, steps: [], arrived, settings };
  if (json) output.json(result);
  else {
    showArrived(arrived, output.data);
    showSettings(settings, output.data);
  }
  return arrived.isRecent ? EXIT.done : EXIT.failed;
}
