/**
 * A tool's result with a note as its last, separate text block; the result itself stays as it is. Where there is no
 * note, for a failure, and for a result that clients read as data (`structuredContent`), the same result.
 *
 * @param note asked only where the result can carry it, so that a hint is not used up unseen
 * @example return withNotice(result, analytics.feedback);
 */
export function withNotice<Result>(result: Result, note: () => string | undefined): Result {
  if (!mayCarryNotice(result)) return result;
  const text = note();
  return text === undefined ? result : { ...result, content: [...result.content, { type: 'text', text }] };
}

/** Clients read the first block as the tool's own: a note never becomes it. */
function mayCarryNotice(result: unknown): result is { readonly content: readonly unknown[] } {
  const { content, structuredContent, task, isError } = (result ?? {}) as Record<string, unknown>;
  return (
    Array.isArray(content) &&
    content.length > 0 &&
    [structuredContent, task].every((one) => one === undefined) &&
    isError !== true
  );
}
