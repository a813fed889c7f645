import { ListLayersCommand, type Runtime } from '@aws-sdk/client-lambda';
import { isError } from '../aws-errors.ts';
import { type Check, lack } from '../check.ts';
import type { Target } from '../target.ts';

/**
 * Whether Lambda knows the functions' runtimes in the Region. No call lists runtimes; a filter of layers takes those that exist.
 * https://docs.aws.amazon.com/lambda/latest/api/API_ListLayers.html
 */
export const runtimes: Check = {
  title: 'Lambda runtimes',
  async find(target) {
    const functions = target.resources.filter(({ type }) => type === 'AWS::Lambda::Function');
    const wanted = [...new Set(functions.map(({ property }) => String(property('Runtime'))))];
    const unknown = await Promise.all(
      wanted.map(async (runtime) => ((await isKnown(target, runtime)) ? [] : [runtime])),
    );
    return unknown
      .flat()
      .map((runtime) =>
        lack(`Lambda does not know the runtime ${runtime} in ${target.region}.`, 'Deploy to another Region: --region.'),
      );
  },
};

async function isKnown({ aws }: Target, runtime: string): Promise<boolean> {
  try {
    await aws.lambda.send(new ListLayersCommand({ CompatibleRuntime: runtime as Runtime, MaxItems: 1 }));
    return true;
  } catch (error) {
    if (isError(error, 'InvalidParameterValueException', 'ValidationException')) return false;
    throw error;
  }
}
