import { isDeepStrictEqual } from 'node:util';
import type { PostHogApi } from './api.js';
import { INSIGHTS, type Insight } from './insights.js';
import { applyReleases, type Release } from './releases.js';

/** One change, or none, that makes PostHog equal to the table. */
export interface Step {
  readonly what: string;
  readonly does: 'create' | 'update' | 'keep';
}

export const DASHBOARD = {
  name: 'dot-ai usage',
  description:
    'Anonymous counts from those who opted in. Made by dot-ai-analytics dashboard posthog; changes by hand are overwritten. [dot-ai-analytics]',
} as const;

/** Recognizes an insight, even if somebody has renamed it. */
const marker = ({ key }: Insight) => `[dot-ai-analytics:${key}]`;

/** The insight as it should be in PostHog. */
export function wanted(insight: Insight) {
  return { name: insight.name, description: `${insight.says} ${marker(insight)}`, query: insight.query, saved: true };
}

/**
 * Makes the project's dashboard equal to the table: creates what is missing, updates what differs, and deletes nothing.
 * If an earlier run was interrupted, this completes it.
 */
export async function apply(
  api: PostHogApi,
  releases: readonly Release[],
  onStep: (step: Step) => void,
): Promise<{ dashboard: number }> {
  const dashboard = await applyDashboard(api, onStep);
  // `basic` leaves out the results, which PostHog would have to compute. The order by id keeps the pages consistent.
  const known = await api.list('/insights/?saved=true&basic=true&order=id&limit=100');
  for (const insight of INSIGHTS) {
    const found = known.find(
      ({ description, deleted }) => deleted !== true && String(description).includes(marker(insight)),
    );
    onStep({ what: insight.name, does: await applyInsight(api, insight, found, dashboard) });
  }
  if (releases.length > 0) await applyReleases(api, releases, (what, does) => onStep({ what, does }));
  return { dashboard };
}

async function applyDashboard(api: PostHogApi, onStep: (step: Step) => void): Promise<number> {
  const known = await api.list('/dashboards/?limit=100');
  const found = known.find(
    ({ description, deleted }) => deleted !== true && String(description).includes('[dot-ai-analytics]'),
  );
  if (found === undefined) {
    const { id } = await api.send('POST', '/dashboards/', DASHBOARD);
    onStep({ what: DASHBOARD.name, does: 'create' });
    return id as number;
  }
  const isSame = found.name === DASHBOARD.name && found.description === DASHBOARD.description;
  if (!isSame) await api.send('PATCH', `/dashboards/${found.id}/`, DASHBOARD);
  onStep({ what: DASHBOARD.name, does: isSame ? 'keep' : 'update' });
  return found.id as number;
}

async function applyInsight(
  api: PostHogApi,
  insight: Insight,
  found: Record<string, unknown> | undefined,
  dashboard: number,
): Promise<Step['does']> {
  if (found === undefined) {
    await api.send('POST', '/insights/', { ...wanted(insight), dashboards: [dashboard] });
    return 'create';
  }
  const dashboards = dashboardsOf(found);
  const { name, description, query } = wanted(insight);
  const isSame =
    found.name === name &&
    found.description === description &&
    contains(found.query, query) &&
    dashboards.includes(dashboard);
  if (isSame) return 'keep';
  await api.send('PATCH', `/insights/${found.id}/`, {
    ...wanted(insight),
    dashboards: [...new Set([...dashboards, dashboard])],
  });
  return 'update';
}

/**
 * The dashboards with this insight. An update removes it from those that it does not name. `dashboards` is deprecated.
 */
function dashboardsOf({ dashboard_tiles: tiles, dashboards }: Record<string, unknown>): number[] {
  if (!Array.isArray(tiles)) return Array.isArray(dashboards) ? dashboards : [];
  return tiles.filter(({ deleted }) => deleted !== true).map(({ dashboard_id: id }) => id as number);
}

/** Whether `whole` contains all of `part`. PostHog adds defaults to the queries that it stores. */
function contains(whole: unknown, part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return isDeepStrictEqual(whole, part);
  if (typeof whole !== 'object' || whole === null) return false;
  if (Array.isArray(part))
    return Array.isArray(whole) && whole.length === part.length && part.every((one, at) => contains(whole[at], one));
  return Object.entries(part).every(([key, value]) => contains((whole as Record<string, unknown>)[key], value));
}
