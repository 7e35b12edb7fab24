/**
 * Returns the tool's result with a note as its last, separate text block; the result itself does not change. Returns
 * the same result if there is no note, and for a failure or a result that clients read as data (`structuredContent`).
 *
 * @param note called only if the result can carry the note, so that a hint is not used up unseen
 * @example return withNotice(result, analytics.feedback);
 */
export function withNotice<Result>(result: Result, note: () => string | undefined): Result {
  return appendNotice(result, note);
}

/** @param annotations what MCP says of a block; frameworks that check a tool's own result may refuse them */
export function appendNotice<Result>(result: Result, note: () => string | undefined, annotations?: object): Result {
  if (!mayCarryNotice(result)) return result;
  const text = note();
  return text === undefined
    ? result
    : {
        ...result,
        content: [...result.content, { type: 'text', text, ...(annotations !== undefined && { annotations }) }],
      };
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
