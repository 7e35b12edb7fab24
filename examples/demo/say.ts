export function say(text = ''): void {
  process.stdout.write(`${text}\n`);
}

export function step(title: string): void {
  say(`\n━━ ${title}`);
}
