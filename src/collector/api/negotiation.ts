/** RFC 9110, 12.5.1: whether the client wants CSV more than JSON, which is the default. */
export function prefersCsv(accept: string | undefined): boolean {
  const ranges = (accept ?? '*/*').split(',').map(parse);
  return quality(ranges, 'text', 'csv') > quality(ranges, 'application', 'json');
}

interface Range {
  readonly type: string;
  readonly subtype: string;
  readonly weight: number;
}

function parse(range: string): Range {
  const [name = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
  const [type = '', subtype = ''] = name.split('/');
  const q = Number(parameters.find((one) => one.startsWith('q='))?.slice(2) ?? 1);
  return { type, subtype, weight: q >= 0 && q <= 1 ? q : 0 };
}

/** The most specific range counts. */
function quality(ranges: readonly Range[], type: string, subtype: string): number {
  const find = (...[wantedType, wantedSubtype]: string[]) =>
    ranges.find((one) => one.type === wantedType && one.subtype === wantedSubtype);
  return (find(type, subtype) ?? find(type, '*') ?? find('*', '*'))?.weight ?? 0;
}
