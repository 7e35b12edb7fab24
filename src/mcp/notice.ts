/**
 * A tool's result with a note as its last, separate text block; the result itself stays as it is. Without a text, for
 * a failure, and for a result that clients read as data (`structuredContent`), the same result.
 *
 * @example return withNotice(result, analytics.feedback());
 */
export function withNotice<Result>(result: Result, text: string | undefined): Result {
  if (text === undefined || !mayCarryNotice(result)) return result;
  return { ...result, content: [...result.content, { type: 'text', text }] };
}

/** Clients read the first block as the tool's own: a note never becomes it. */
export function mayCarryNotice(result: unknown): result is { readonly content: readonly unknown[] } {
  const { content, structuredContent, task, isError } = (result ?? {}) as Record<string, unknown>;
  return (
    Array.isArray(content) &&
    content.length > 0 &&
    [structuredContent, task].every((one) => one === undefined) &&
    isError !== true
  );
}
