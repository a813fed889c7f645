import { z } from 'zod';
import { ACCOUNT_ID, REGION } from '../../aws-identity.ts';
import { LambdaError } from './errors.ts';
import { functionArn } from './function-name.ts';

/** As recorded from AWS: test_function_name_and_qualifier_validation in LocalStack's snapshots. */
const FUNCTION_NAME =
  /^(?:arn:(?:aws[a-zA-Z-]*)?:lambda:)?(?:(?<region>(?:eusc-)?[a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\d):)?(?:(?<account>\d{12}):)?(?:function:)?(?<name>[\w.-]+)(?::(?<suffix>\$LATEST(?:\.PUBLISHED)?|[\w-]+))?$/;

const QUALIFIER = /^(?:\$LATEST(?:\.PUBLISHED)?|[\w$-]+)$/;

/** The parameters by which operations name a function. */
export const functionReference = {
  FunctionName: z.string().regex(FUNCTION_NAME, 'It is not the name, ARN or partial ARN of a function.'),
  Qualifier: z.string().max(128).regex(QUALIFIER, 'It is not a version or alias.').optional(),
};

/**
 * The ARN of a function, with the version or alias that the name or the qualifier gives.
 *
 * @throws LambdaError when they give different ones, or the ARN is of another Region or account
 */
export function referencedArn({ FunctionName, Qualifier }: z.output<z.ZodObject<typeof functionReference>>): string {
  const { region = REGION, account = ACCOUNT_ID, name = '', suffix } = FUNCTION_NAME.exec(FunctionName)?.groups ?? {};
  if (region !== REGION) {
    const message = `Functions from '${region}' are not reachable in this region ('${REGION}')`;
    throw new LambdaError('ResourceNotFoundException', message);
  }
  if (account !== ACCOUNT_ID) throw new LambdaError('ResourceNotFoundException', `Function not found: ${FunctionName}`);
  if (suffix !== undefined && Qualifier !== undefined && suffix !== Qualifier) {
    const message = 'The derived qualifier from the function name does not match the specified qualifier.';
    throw new LambdaError('InvalidParameterValueException', message);
  }
  const qualifier = suffix ?? Qualifier;
  return qualifier === undefined ? functionArn(name) : `${functionArn(name)}:${qualifier}`;
}
