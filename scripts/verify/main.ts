import { UserError } from '../../local/user-error.ts';
import { HELP, parseVerifyCommand, type Settings, UsageError } from './command.ts';
import { isSound, resultText, summaryText } from './report.ts';
import { verify } from './verify.ts';

try {
  const settings = parseVerifyCommand(process.argv.slice(2), process.env);
  if (settings === undefined) console.log(HELP);
  else process.exitCode = (await run(settings)) ? 0 : 1;
} catch (error) {
  console.error(error instanceof UserError ? error.message : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

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
