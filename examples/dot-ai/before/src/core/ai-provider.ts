/** One call of the configured AI provider, e.g. `anthropic_opus`. Here it answers at once, and always the same. */
export async function askProvider(question: string): Promise<string> {
  const provider = process.env.AI_PROVIDER ?? 'anthropic';
  return `${provider} has thought about: ${question}`;
}
