import type { Argument } from '../command.js';
import { COMMANDS, type CommandSpec, type OptionSpec } from '../command-table.js';

/*
 * Shell completions, rendered from the command table. A shell evaluates its script once, and then completes without
 * starting a process.
 */

const PROGRAM = 'dot-ai-analytics';
const HELP: OptionSpec = { flag: '--help', does: 'show what the command does and its options' };
const VERSION: OptionSpec = { flag: '--version', does: 'show the version' };

export function completionFor(shell: Argument<'completion'>): string {
  return { bash, zsh, fish }[shell]();
}

/** Splits `--db <file>` into the name and the kind of value, if it has one. */
function parts({ flag }: OptionSpec): { name: string; value: string | undefined } {
  const [name = flag, value] = flag.split(' ');
  return { name, value: value?.slice(1, -1) };
}

const optionsOf = (spec: CommandSpec): readonly OptionSpec[] => [...spec.options, HELP];

/* ---- bash ---- */

function bash(): string {
  const withValue = COMMANDS.flatMap(({ options }) => options.map(parts)).filter(({ value }) => value !== undefined);
  const files = withValue.filter(({ value }) => value === 'file').map(({ name }) => name);
  const others = withValue.filter(({ value }) => value !== 'file').map(({ name }) => name);
  const commands = COMMANDS.map(({ name }) => name).join(' ');
  const cases = COMMANDS.map((spec: CommandSpec) => {
    const words = [...(spec.argument?.choices ?? []), ...optionsOf(spec).map((one) => parts(one).name)];
    return `    ${spec.name}) words='${words.join(' ')}' ;;`;
  });
  return `# bash completion: eval "$(${PROGRAM} completion bash)"
_dot_ai_analytics() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command= words= at
  for ((at = 1; at < COMP_CWORD; at++)); do
    [[ \${COMP_WORDS[at]} != -* ]] && { command=\${COMP_WORDS[at]}; break; }
  done
  COMPREPLY=()
  case $before in
    ${files.join('|')}) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    ${others.join('|')}) return ;;
  esac
  case $command in
    '') words='${commands} ${[HELP, VERSION].map((one) => one.flag).join(' ')}' ;;
${cases.join('\n')}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -F _dot_ai_analytics ${PROGRAM}
`;
}

/* ---- zsh ---- */

function zsh(): string {
  const described = COMMANDS.map(({ name, does }) => `    ${quoted(`${name}:${does.replaceAll(':', '\\:')}`)}`);
  const cases = COMMANDS.map((spec: CommandSpec) => {
    const { argument } = spec;
    const positional = argument?.choices ? [quoted(`1:${argument.name}:(${argument.choices.join(' ')})`)] : [];
    return `    ${spec.name}) _arguments ${[...optionsOf(spec).map(zshOption), ...positional].join(' ')} ;;`;
  });
  return `#compdef ${PROGRAM}
# zsh completion: eval "$(${PROGRAM} completion zsh)", after compinit; or this file as _${PROGRAM} in a folder of fpath
_dot_ai_analytics() {
  local -a commands=(
${described.join('\n')}
  )
  if (( CURRENT == 2 )); then
    if [[ $PREFIX == -* ]]; then
      _arguments ${[HELP, VERSION].map(zshOption).join(' ')}
    else
      _describe command commands
    fi
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
if [[ $funcstack[1] == _${PROGRAM} ]]; then
  _dot_ai_analytics "$@"
else
  compdef _dot_ai_analytics ${PROGRAM}
fi
`;
}

function zshOption(option: OptionSpec): string {
  const { name, value } = parts(option);
  const takes = value === undefined ? '' : `:${value}:${value === 'file' ? '_files' : ''}`;
  return quoted(`${name}[${option.does.replace(/[[\]:\\]/g, '\\$&')}]${takes}`);
}

/* ---- fish ---- */

function fish(): string {
  const line = (condition: string, ...rest: string[]) =>
    ['complete', '-c', PROGRAM, '-n', quoted(condition), ...rest].join(' ');
  const option = (condition: string, one: OptionSpec) => {
    const { name, value } = parts(one);
    const takes = value === undefined ? [] : value === 'file' ? ['-r', '-F'] : ['-x'];
    return line(condition, '-l', name.slice(2), ...takes, '-d', quoted(one.does));
  };
  const first = '__fish_use_subcommand';
  return `${[
    `# fish completion: ${PROGRAM} completion fish | source`,
    `complete -c ${PROGRAM} -f`,
    ...COMMANDS.map(({ name, does }) => line(first, '-a', name, '-d', quoted(does))),
    ...[HELP, VERSION].map((one) => option(first, one)),
    ...COMMANDS.flatMap((spec: CommandSpec) => {
      const condition = `__fish_seen_subcommand_from ${spec.name}`;
      const choices = (spec.argument?.choices ?? []).map((choice) => line(condition, '-a', choice));
      return [...choices, ...optionsOf(spec).map((one) => option(condition, one))];
    }),
  ].join('\n')}\n`;
}

/** In each of these shells, only the quote itself is special between single quotes. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
