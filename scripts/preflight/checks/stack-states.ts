import type { Stack } from '@aws-sdk/client-cloudformation';
import { type Check, type Finding, lack, warning } from '../check.ts';

/** Whether every stack that exists is in a state from which it can be deployed. */
export const stackStates: Check = {
  title: 'Stacks',
  find: async ({ deployed }) => (await deployed.stacks()).flatMap(problemOf),
};

function problemOf({ StackName: name = '', StackStatus, EnableTerminationProtection }: Stack): Finding[] {
  const status: string = StackStatus ?? '';
  const is = `${name} is in state ${status}`;
  const cloudFormation = (operation: string) => `\`aws cloudformation ${operation} --stack-name ${name}\``;
  switch (status) {
    case 'ROLLBACK_COMPLETE':
    case 'ROLLBACK_FAILED': {
      const why = `Its events say why: ${cloudFormation('describe-stack-events')}.`;
      // `cdk deploy` deletes such a stack itself, unless it is protected.
      if (EnableTerminationProtection !== true) return [warning(`${is}; \`cdk deploy\` deletes it first.`, why)];
      const unprotect = cloudFormation('update-termination-protection --no-enable-termination-protection');
      return [lack(`${is} and protected.`, `${why} Then run ${unprotect} and ${cloudFormation('delete-stack')}.`)];
    }
    case 'CREATE_FAILED':
    case 'UPDATE_FAILED':
      return [warning(`${is}.`, 'Pass --no-rollback to `npm run deploy` to continue where it stopped.')];
    case 'UPDATE_ROLLBACK_FAILED':
      return [lack(`${is}.`, `Run ${cloudFormation('continue-update-rollback')}.`)];
    case 'DELETE_FAILED':
      return [
        lack(
          `${is}.`,
          `Its events name what could not be deleted: ${cloudFormation('describe-stack-events')}. Delete that, then run ${cloudFormation('delete-stack')}.`,
        ),
      ];
    case 'REVIEW_IN_PROGRESS':
      return [];
    default:
      if (!status.endsWith('_IN_PROGRESS')) return [];
      return [lack(`${is}: somebody is deploying or deleting it.`, 'Wait until it is done.')];
  }
}
