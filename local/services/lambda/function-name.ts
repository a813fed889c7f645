import { UserError } from '../../../tooling/errors.ts';
import { arnOf } from '../../aws-identity.ts';
import { physicalName } from '../physical-names.ts';

const MAX_FUNCTION_NAME = 64;

/** The name of a function of a template. @param given its property FunctionName, if it has a value */
export function declaredFunctionName(given: string | undefined, place: Parameters<typeof physicalName>[0]): string {
  return given ?? physicalName(place, MAX_FUNCTION_NAME);
}

/** `<name>` or `<name>:<version or alias>` of a function's name, ARN, or partial ARN `<account>:function:<name>`. */
export function qualifiedFunctionName(nameOrArn: string): string {
  return nameOrArn.replace(/^(.*:)?function:/, '');
}

/** The name without version or alias. */
export function functionName(nameOrArn: string): string {
  return qualifiedFunctionName(nameOrArn).split(':', 1)[0] ?? '';
}

/**
 * The name of the function that a person means.
 *
 * @param given its name, or what it ends with behind a `-`
 * @throws UserError when there is no such function, or several; it lists them
 */
export function chosenFunction(names: readonly string[], given: string): string {
  const found = names.includes(given) ? [given] : names.filter((name) => name.endsWith(`-${given}`));
  const [name] = found;
  if (name !== undefined && found.length === 1) return name;
  const choice = (found.length > 1 ? [...found] : [...names]).sort().join('\n  ');
  throw new UserError(
    `There ${found.length > 1 ? 'are several functions' : 'is no function'} ${given}. Choose one of:\n  ${choice}`,
  );
}

/** The ARN without version or alias. */
export function functionArn(nameOrArn: string): string {
  return arnOf('lambda', `function:${functionName(nameOrArn)}`);
}

/** The ARN of a function, with its version or alias where the name has one. */
export function qualifiedFunctionArn(nameOrArn: string): string {
  return arnOf('lambda', `function:${qualifiedFunctionName(nameOrArn)}`);
}
