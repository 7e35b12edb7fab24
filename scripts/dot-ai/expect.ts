/** @throws Error with the problem, which becomes the line of the check */
export function expect(isRight: boolean, problem: string): asserts isRight {
  if (!isRight) throw new Error(problem);
}

/** The same keys and values, in any order. */
export function isSame(
  a: Readonly<Record<string, unknown>> | undefined,
  b: Readonly<Record<string, unknown>>,
): boolean {
  const sorted = (value: object) => JSON.stringify(Object.entries(value).sort());
  return a !== undefined && sorted(a) === sorted(b);
}
