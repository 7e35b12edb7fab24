/** stdin and stderr are a terminal, so that a person can read a question and answer it. stdout may go elsewhere. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/**
 * Asks a question on stderr, to be answered with yes or no; the default is no.
 * @throws an error with the name `ExitPromptError` on Ctrl-C and at the end of the input: that is no answer
 */
export async function ask(question: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  if (env.TERM === 'dumb') return askPlainly(question);
  const { confirm } = await import('@inquirer/prompts');
  return confirm({ message: question, default: false }, { output: process.stderr });
}

/** Asks without redrawing lines. */
async function askPlainly(question: string): Promise<boolean> {
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await new Promise<string>((resolve, reject) => {
      const closed = () => reject(Object.assign(new Error('no answer'), { name: 'ExitPromptError' }));
      lines.once('close', closed); // also by Ctrl-C
      lines.question(`${question} (y/N) `).then(resolve, closed);
    });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}
