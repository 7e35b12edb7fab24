import type { CommandSpec } from '../command.js';

/** What may follow a command's name, in parts: `[--json | --raw]`, `[day]`. */
export function synopsis({ argument, options, exclusive = [] }: CommandSpec): string[] {
  const isExclusive = (flag: string) => exclusive.includes(attribute(flag));
  const alternatives = options.filter(({ flag }) => isExclusive(flag)).map(({ flag }) => flag);
  const others = options.filter(({ flag }) => !isExclusive(flag)).map(({ flag }) => `[${flag}]`);
  return [
    argument && (argument.choices === undefined ? `[${argument.name}]` : argument.choices.join('|')),
    alternatives.length > 0 ? `[${alternatives.join(' | ')}]` : undefined,
    ...others,
  ].filter((part) => part !== undefined);
}

/** `--mark-shown` as commander names it: `markShown`. */
function attribute(flag: string): string {
  return flag.slice(2).replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** What a command takes, with its meaning. */
export function taken({ argument, options }: CommandSpec): (readonly [string, string])[] {
  const first = argument ? [[argument.name, argument.does] as const] : [];
  return [...first, ...options.map(({ flag, does }) => [flag, does] as const)];
}

export function sentence(text: string): string {
  return `${text[0]?.toUpperCase()}${text.slice(1)}.`;
}
