import type { PostHogApi } from './api.js';

/** A version and the day of its release. */
export interface Release {
  readonly date: string;
  readonly name: string;
}

/** PostHog shows annotations in charts with an unbroken axis of days. */
export interface Annotation {
  readonly content: string;
  readonly date_marker: string;
  readonly scope: 'project';
}

/** Recognizes our annotations. */
const MARK = '[dot-ai-analytics]';

/** 10:00 UTC lies in the same day in all zones from Hawaii to New Zealand. */
export function annotationOf({ date, name }: Release): Annotation {
  return { content: `${name} ${MARK}`, date_marker: `${date}T10:00:00Z`, scope: 'project' };
}

/**
 * Makes an annotation of each release: creates what is missing, moves what has another day, and deletes nothing. Two
 * releases of one name are two annotations.
 */
export async function applyReleases(
  api: PostHogApi,
  releases: readonly Release[],
  onStep: (what: string, does: 'create' | 'update' | 'keep') => void,
): Promise<void> {
  // The search keeps the list short in a project with many annotations. Deleted ones are not listed.
  const listed = await api.list(`/annotations/?search=${encodeURIComponent(MARK)}&limit=100`);
  const left = new Set(listed.filter(({ content }) => String(content).endsWith(MARK)));
  const wanted = releases.map(annotationOf);
  const take = (matches: (found: Record<string, unknown>) => boolean) => {
    const found = [...left].find(matches);
    if (found !== undefined) left.delete(found);
    return found;
  };
  // Those on the right day first, so that none of them is moved.
  const right = wanted.map((one) => take((found) => found.content === one.content && isSameDay(found, one)));
  for (const [at, one] of wanted.entries()) {
    const name = one.content.slice(0, -MARK.length - 1);
    if (right[at] !== undefined) {
      onStep(name, 'keep');
      continue;
    }
    const moved = take((found) => found.content === one.content);
    if (moved === undefined) await api.send('POST', '/annotations/', one);
    else await api.send('PATCH', `/annotations/${moved.id}/`, one);
    onStep(name, moved === undefined ? 'create' : 'update');
  }
}

function isSameDay({ date_marker: found, scope }: Record<string, unknown>, wanted: Annotation): boolean {
  return scope === wanted.scope && Date.parse(String(found)) === Date.parse(wanted.date_marker);
}
