/** The choice of the reader. All of it is in the address, so that a link shows the same page and Back works. */
export interface Address {
  /** The tool that the page is about; undefined for all. */
  readonly tool: string | undefined;
  /** Undefined for the default. */
  readonly period: string | undefined;
  /** The column by which the tools are sorted. */
  readonly sort: string | undefined;
  readonly order: string | undefined;
}

export function readAddress(search: string): Address {
  const query = new URLSearchParams(search);
  const value = (name: string) => query.get(name) ?? undefined;
  return { tool: value('tool'), period: value('period'), sort: value('sort'), order: value('order') };
}

/** The address with these parts changed, as a relative link. */
export function linkTo(address: Address, changes: Partial<Address>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...address, ...changes })) {
    if (value !== undefined) query.set(name, value);
  }
  return `?${query}`;
}
