/**
 * Changes one top-level key of a JSON object. Everything else (indentation, order, number formats, the keys of other
 * programs) stays the same, byte for byte.
 *
 * @param text an object that `JSON.parse` accepts
 * @param value the new value as JSON, or undefined to remove the key
 */
export function editKey(text: string, key: string, value: string | undefined): string {
  const members = membersOf(text);
  const matching = members.filter((member) => member.key === key);
  // Of duplicate keys JSON.parse takes the last. The others are removed, so that no reader takes another one.
  let result = text;
  for (const member of matching.slice(0, value === undefined ? undefined : -1).reverse()) {
    result = removeMember(result, member.key);
  }
  if (value === undefined) return result;
  const member = membersOf(result).find((one) => one.key === key);
  if (member === undefined) return addMember(result, key, value);
  return result.slice(0, member.valueStart) + value + result.slice(member.valueEnd);
}

/** How often an object has a key. If more than once, readers may disagree about its value. */
export function countKey(text: string, key: string): number {
  return membersOf(text).filter((member) => member.key === key).length;
}

interface Member {
  readonly key: string;
  readonly start: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

const TOKEN = /\s+|"(?:[^"\\]|\\.)*"|[[\]{}:,]|[^\s"[\]{}:,]+/gy;

/** The top-level members of the object, with their positions. */
function membersOf(text: string): Member[] {
  const members: Member[] = [];
  let depth = 0;
  let key: { name: string; start: number } | undefined;
  let valueStart = -1;
  let valueEnd = -1;
  const finish = () => {
    if (key !== undefined) members.push({ key: key.name, start: key.start, valueStart, valueEnd });
    key = undefined;
    valueStart = -1;
  };
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (/^\s/.test(token)) continue;
    if (depth === 1 && (token === ',' || token === '}')) finish();
    else if (depth === 1 && key === undefined) key = { name: JSON.parse(token) as string, start: index };
    else if (!(depth === 1 && token === ':' && valueStart === -1)) {
      if (depth > 0 && valueStart === -1) valueStart = index;
      valueEnd = index + token.length;
    }
    if (token === '{' || token === '[') depth += 1;
    if (token === '}' || token === ']') depth -= 1;
  }
  return members;
}

function removeMember(text: string, key: string): string {
  const members = membersOf(text);
  const index = members.findIndex((member) => member.key === key);
  const member = members[index] as Member;
  const next = members[index + 1];
  const previous = members[index - 1];
  if (next !== undefined) return text.slice(0, member.start) + text.slice(next.start);
  if (previous !== undefined) return text.slice(0, previous.valueEnd) + text.slice(member.valueEnd);
  return text.slice(0, text.indexOf('{') + 1) + text.slice(text.lastIndexOf('}'));
}

function addMember(text: string, key: string, value: string): string {
  const [first, second] = membersOf(text);
  const open = text.indexOf('{') + 1;
  if (first === undefined)
    return `${text.slice(0, open)}\n  ${JSON.stringify(key)}: ${value}\n${text.slice(text.lastIndexOf('}'))}`;
  // Copies the style of the first member: the white space before it, and around its colon.
  const colon = text.slice(first.start, first.valueStart).replace(/^"(?:[^"\\]|\\.)*"/, '');
  const before = text.slice(open, first.start);
  const between = second === undefined && !before.includes('\n') ? colon.replace(':', '') : before;
  const gap = second === undefined ? between : text.slice(first.valueEnd, second.start).replace(/\s*,/, '');
  const end = (membersOf(text).at(-1) as Member).valueEnd;
  return `${text.slice(0, end)},${gap}${JSON.stringify(key)}${colon}${value}${text.slice(end)}`;
}
