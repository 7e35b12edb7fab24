/*
 * Reads where the members of a JSON object stand, and changes one of them. Each function looks at every character once,
 * so that its time grows with the length of the text alone. None is recursive and none backtracks, so that no nesting
 * and no string is too deep or too long. All take an object that `JSON.parse` accepts.
 */

/**
 * Changes one top-level key of a JSON object and nothing else: indentation, order, spacing, number formats and other
 * programs' keys stay as they are, byte for byte.
 *
 * @param value JSON of the new value, undefined to remove the key
 */
export function editKey(text: string, key: string, value: string | undefined): string {
  const members = membersOf(text);
  const last = members.findLastIndex((member) => member.key === key);
  if (last === -1) return value === undefined ? text : addMember(text, members, key, value);
  // With duplicate keys JSON.parse takes the last; the others go, so that no reader can take another.
  const isKept = (member: Member, index: number) => member.key !== key || (index === last && value !== undefined);
  const edits = removals(text, members, isKept);
  const { valueStart, valueEnd } = members[last] as Member;
  if (value !== undefined) edits.push({ start: valueStart, end: valueEnd, replacement: value });
  return applyEdits(text, edits);
}

/** The first of these keys that occurs twice. Of two values, one reader takes the first and another takes the last. */
export function findDuplicate(text: string, keys: readonly string[]): Member | undefined {
  const seen = new Set<string>();
  for (const member of membersOf(text)) {
    if (seen.has(member.key) && keys.includes(member.key)) return member;
    seen.add(member.key);
  }
  return undefined;
}

/** The members with this key, in their order; JSON.parse takes the last one. */
export function findMembers(text: string, key: string): Member[] {
  return membersOf(text).filter((member) => member.key === key);
}

/** A member of the object, and the offsets of its parts in the text. */
export interface Member {
  readonly key: string;
  readonly start: number;
  readonly keyEnd: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** The object's own members and where they stand. */
function membersOf(text: string): Member[] {
  const members: Member[] = [];
  let at = skipSpace(text, text.indexOf('{') + 1);
  while (text[at] === '"') {
    const start = at;
    const keyEnd = endOfString(text, start);
    const valueStart = skipSpace(text, skipSpace(text, keyEnd) + 1); // after the colon
    const valueEnd = endOfValue(text, valueStart);
    members.push({ key: JSON.parse(text.slice(start, keyEnd)) as string, start, keyEnd, valueStart, valueEnd });
    at = skipSpace(text, skipSpace(text, valueEnd) + 1); // after the comma, or after the object
  }
  return members;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \t\n\r'.includes(text[at] as string)) at += 1;
  return at;
}

/** @param from the position of the opening quote */
function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function endOfValue(text: string, from: number): number {
  if (text[from] === '"') return endOfString(text, from);
  let at = from;
  let depth = 0;
  for (; at < text.length; at += 1) {
    const character = text[at] as string;
    if (character === '"') at = endOfString(text, at) - 1;
    else if ('{['.includes(character)) depth += 1;
    else if (depth > 0 && '}]'.includes(character)) {
      depth -= 1;
      if (depth === 0) return at + 1;
    } else if (depth === 0 && ',}] \t\n\r'.includes(character)) return at;
  }
  return at;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/** What has to be cut, so that the members that are kept have one comma between each two. */
function removals(
  text: string,
  members: readonly Member[],
  isKept: (member: Member, index: number) => boolean,
): Edit[] {
  const cut = (start: number, end: number): Edit => ({ start, end, replacement: '' });
  const lastKept = members.findLastIndex(isKept);
  if (lastKept === -1) return [cut(text.indexOf('{') + 1, text.lastIndexOf('}'))];
  const edits = members.slice(0, lastKept).flatMap((member, index) => {
    return isKept(member, index) ? [] : [cut(member.start, (members[index + 1] as Member).start)];
  });
  // After the last one that is kept, the comma before the removed ones goes too.
  return [...edits, cut((members[lastKept] as Member).valueEnd, (members.at(-1) as Member).valueEnd)];
}

function applyEdits(text: string, edits: readonly Edit[]): string {
  const parts: string[] = [];
  let from = 0;
  for (const { start, end, replacement } of [...edits].sort((a, b) => a.start - b.start)) {
    parts.push(text.slice(from, start), replacement);
    from = end;
  }
  return [...parts, text.slice(from)].join('');
}

function addMember(text: string, members: readonly Member[], key: string, value: string): string {
  const [first, second] = members;
  const last = members.at(-1);
  const open = text.indexOf('{') + 1;
  if (first === undefined || last === undefined)
    return `${text.slice(0, open)}\n  ${JSON.stringify(key)}: ${value}\n${text.slice(text.lastIndexOf('}'))}`;
  // Written as its neighbors are: what stands before the first key, and around its colon, stands here too.
  const colon = text.slice(first.keyEnd, first.valueStart);
  const before = text.slice(open, first.start);
  const between = second === undefined && !before.includes('\n') ? colon.replace(':', '') : before;
  const gap = second === undefined ? between : text.slice(first.valueEnd, second.start).replace(/\s*,/, '');
  return `${text.slice(0, last.valueEnd)},${gap}${JSON.stringify(key)}${colon}${value}${text.slice(last.valueEnd)}`;
}
