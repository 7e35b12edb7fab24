import { isPrintable } from '../platform/printable.js';

const PROGRAM = 'dot-ai-analytics';

/** A command as the user can run it here: through npx if this run was, and with the folder that this run has. */
export function commandLine(words: string, env: NodeJS.ProcessEnv = process.env): string {
  return `${prefix(env)}${PROGRAM} ${words}`;
}

/** The same for the commands that a text of ours names. */
export function withCommandLines(own: string, env: NodeJS.ProcessEnv = process.env): string {
  return own.replace(/(?<![\w=./-])dot-ai-analytics(?= [a-z-])/g, `${prefix(env).replaceAll('$', '$$$$')}${PROGRAM}`);
}

function prefix({ DOT_AI_CONFIG_DIR: folder, npm_command }: NodeJS.ProcessEnv): string {
  // A folder whose name cannot be shown could not be copied either.
  const variable = folder && isPrintable(folder) ? `DOT_AI_CONFIG_DIR=${quoted(folder)} ` : '';
  return `${variable}${npm_command === 'exec' ? 'npx ' : ''}`;
}

/** For a shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
