import { parseAst } from 'rolldown/parseAst';

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

const CANNOT_FAIL = /^(\{\s*(return \w+;\s*)?\}|\w+|void 0|"\w*"|work\(\)|Promise\.resolve\(\))$/;
const BEGINS_WITH_GUARD = /^(\{\s*)?(return |void |const \w+ = |if \()?!?(require_\w+\.)?guard\(/;
/** Declarations without a value may come before. */
const BEGINS_WITH_TRY = /^\{\s*(let \w+;\s*)*try \{/;
const PASSES_ON = /\b(call|apply)\(this\b/;

export interface FaultPoints {
  readonly code: string;
  /** What each function is called, by number, beginning with `first`. */
  readonly names: readonly string[];
}

/**
 * The module with a call of `globalThis.__fault(number)` at the beginning of each function, except where nothing of the
 * function itself can throw before its own precautions:
 * - A function without code, that returns a constant, or that only calls the host's work has none.
 * - A function that begins with `try` has the call inside.
 * - A function that begins with a call of `guard` has none: what it guards is a function too.
 * - A function that the host calls in place of its own one, with its own `this`, has none: it consists of guarded calls
 *   and of the one call that passes on.
 */
export function withFaultPoints(code: string, first: number): FaultPoints {
  const insertions: { at: number; text: string }[] = [];
  const names: string[] = [];
  const visit = (node: unknown, name: string): void => {
    if (Array.isArray(node)) for (const one of node) visit(one, name);
    if (!isNode(node)) return;
    if (/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type)) insert(node, name);
    const inner = nameOf(node) ?? name;
    for (const value of Object.values(node)) if (typeof value === 'object') visit(value, inner);
  };
  const insert = (node: Node, name: string): void => {
    const { body } = node as unknown as { readonly body: Node };
    const source = code.slice(body.start, body.end);
    if (
      CANNOT_FAIL.test(source) ||
      BEGINS_WITH_GUARD.test(source) ||
      (node.type === 'FunctionExpression' && PASSES_ON.test(source))
    )
      return;
    const call = `globalThis.__fault?.(${first + names.length})`;
    names.push(`${nameOf(node) ?? name} (line ${code.slice(0, node.start).split('\n').length})`);
    if (body.type !== 'BlockStatement') {
      insertions.push({ at: body.start, text: `(${call}, ` }, { at: body.end, text: ')' });
      return;
    }
    const begin = BEGINS_WITH_TRY.exec(source)?.[0].length ?? 1;
    insertions.push({ at: body.start + begin, text: ` ${call};` });
  };
  visit(parseAst(code), 'module');
  // At one place, an inner expression ends before an outer one does, and begins after it: the order of insertion.
  let result = code;
  const ordered = insertions.map((one, index) => ({ ...one, index }));
  for (const { at, text } of ordered.sort((a, b) => b.at - a.at || order(a, b)))
    result = result.slice(0, at) + text + result.slice(at);
  return { code: result, names };
}

/** At the same place: what is inserted later stands before. */
function order(a: { text: string; index: number }, b: { text: string; index: number }): number {
  if (a.text === ')' && b.text === ')') return 0;
  return b.index - a.index;
}

function isNode(value: unknown): value is Node {
  return typeof (value as Node | null)?.type === 'string';
}

function nameOf(node: Node): string | undefined {
  const { id, key } = node as { id?: { name?: string } | null; key?: { name?: string } };
  return id?.name ?? key?.name;
}
