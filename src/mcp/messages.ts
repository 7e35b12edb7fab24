/**
 * Returns the tool's result with a note as its last, separate text block; the result itself does not change. Returns
 * the same result if there is no note, and for a failure or a result that clients read as data (`structuredContent`).
 *
 * @param note called only if the result can carry the note, so that a hint is not used up unseen
 * @example return withNotice(result, analytics.feedback);
 */
export function withNotice<Result>(result: Result, note: () => string | undefined): Result {
  if (!mayCarryNotice(result)) return result;
  const text = note();
  return text === undefined ? result : { ...result, content: [...result.content, noticeOf(text)] };
}

/** For people, so that clients that can may keep it from the model. */
function noticeOf(text: string): object {
  return { type: 'text', text, annotations: { audience: ['user'] } };
}

/** Clients read the first block as the tool's own, so a note never becomes the first one. */
function mayCarryNotice(result: unknown): result is { readonly content: readonly unknown[] } {
  const { content, structuredContent, task, isError } = (result ?? {}) as Record<string, unknown>;
  return (
    Array.isArray(content) &&
    content.length > 0 &&
    [structuredContent, task].every((one) => one === undefined) &&
    isError !== true
  );
}
