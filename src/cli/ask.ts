/** stdin and stderr are a terminal, so that a person can read a question and answer it. stdout may go elsewhere. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/**
 * Asks a question on stderr, to be answered with yes or no; the default is no. Any other answer is none: consent is never
 * guessed from a text that only begins like one, so the question is asked again.
 * @throws an error with the name `ExitPromptError` on Ctrl-C and at the end of the input: that is no answer
 */
export async function ask(question: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const message = `${question} (y/N)`;
  if (env.TERM === 'dumb') return isYes(await askPlainly(message));
  const { input } = await import('@inquirer/prompts');
  const validate = (answer: string) => isAnswer(answer) || ANSWERS;
  return isYes(await input({ message, validate }, { output: process.stderr }));
}

const ANSWERS = 'Answer y or n.';

const isAnswer = (text: string) => /^(y|yes|n|no|)$/i.test(text.trim());
const isYes = (text: string) => /^y(es)?$/i.test(text.trim());

/** Asks without redrawing lines. */
async function askPlainly(message: string): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new Promise<never>((_, reject) => {
    lines.once('close', () => reject(Object.assign(new Error('no answer'), { name: 'ExitPromptError' }))); // also by Ctrl-C
  });
  try {
    let answer = await Promise.race([lines.question(`${message} `), closed]);
    while (!isAnswer(answer)) answer = await Promise.race([lines.question(`${ANSWERS} ${message} `), closed]);
    return answer;
  } finally {
    closed.catch(() => {}); // closing it now is not an answer that is missing
    lines.close();
  }
}
