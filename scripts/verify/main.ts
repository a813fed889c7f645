import { runCommand } from '../../tooling/command-line.ts';
import { HELP, parseVerifyCommand, type Settings } from './command.ts';
import { isSound, resultText, summaryText } from './report.ts';
import { verify } from './verify.ts';

await runCommand({ helpCommand: 'npm run verify -- --help', help: HELP, parse: parseVerifyCommand, run });

async function run(settings: Settings): Promise<boolean> {
  const begun = performance.now();
  let subject = '';
  const verification = await verify(settings, {
    begin: (user) => console.log(`Verifying ${settings.url} with orders of ${user}`),
    result: (result) => {
      if (result.subject !== subject) console.log(`\n${result.subject}`);
      subject = result.subject;
      console.log(resultText(result));
    },
  });
  console.log(`\n${summaryText(verification, (performance.now() - begun) / 1_000)}`);
  return isSound(verification);
}
