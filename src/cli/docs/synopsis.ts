import type { CommandSpec } from '../command-table.js';

/** The words that can follow the name of a command, in parts: `[--json | --raw]`, `[day]`. */
export function synopsis({ argument, second, options, exclusive = [] }: CommandSpec): string[] {
  const isExclusive = (flag: string) => exclusive.includes(flag);
  const alternatives = options.filter(({ flag }) => isExclusive(flag)).map(({ flag }) => flag);
  const others = options.filter(({ flag }) => !isExclusive(flag)).map(({ flag }) => `[${flag}]`);
  return [
    argument && (argument.choices === undefined ? `[${argument.name}]` : argument.choices.join('|')),
    second && `[${second.name}]`,
    alternatives.length > 0 ? `[${alternatives.join(' | ')}]` : undefined,
    ...others,
  ].filter((part) => part !== undefined);
}

/** The argument and the options of a command, each with its meaning. */
export function taken({ argument, second, options }: CommandSpec): (readonly [string, string])[] {
  const first = [argument, second].flatMap((one) => (one === undefined ? [] : [[one.name, one.does] as const]));
  return [...first, ...options.map(({ flag, does }) => [flag, does] as const)];
}

export function sentence(text: string): string {
  return `${text[0]?.toUpperCase()}${text.slice(1)}.`;
}
