/** A JSON value of a template: a literal, or an object that holds an intrinsic function. */
export type TemplateValue =
  | string
  | number
  | boolean
  | null
  | readonly TemplateValue[]
  | { readonly [key: string]: TemplateValue };

export interface ResourceDeclaration {
  readonly Type: string;
  readonly Properties?: { readonly [name: string]: TemplateValue };
  readonly DependsOn?: string | readonly string[];
  /** Name of the condition under which the resource exists. */
  readonly Condition?: string;
  readonly Metadata?: { readonly [name: string]: TemplateValue };
}

export interface ParameterDeclaration {
  readonly Type: string;
  readonly Default?: TemplateValue;
}

export interface OutputDeclaration {
  readonly Value: TemplateValue;
  readonly Export?: { readonly Name: TemplateValue };
  readonly Condition?: string;
}

/** The sections of a CloudFormation template that a deployment needs. */
export interface Template {
  /** The macros that CloudFormation runs on it. */
  readonly Transform?: TemplateValue;
  readonly Resources: { readonly [logicalId: string]: ResourceDeclaration };
  readonly Parameters?: { readonly [name: string]: ParameterDeclaration };
  readonly Conditions?: { readonly [name: string]: TemplateValue };
  readonly Mappings?: {
    readonly [map: string]: { readonly [top: string]: { readonly [second: string]: TemplateValue } };
  };
  readonly Outputs?: { readonly [name: string]: OutputDeclaration };
  readonly Metadata?: { readonly [name: string]: TemplateValue };
}

export interface Stack {
  readonly name: string;
  readonly template: Template;
  /** Values of template parameters that the assembly sets. */
  readonly parameters: { readonly [name: string]: string };
  /** By S3 object key: the absolute path of the folder or file that `cdk deploy` would upload under it. */
  readonly assets: ReadonlyMap<string, string>;
}

/** How errors and the log name a resource: `Stack/LogicalId (Type)`. */
export function describeResource(stack: Stack, logicalId: string): string {
  return `${stack.name}/${logicalId} (${stack.template.Resources[logicalId]?.Type ?? 'no such resource'})`;
}
