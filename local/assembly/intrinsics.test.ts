// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how Fn::Sub is written
import { describe, expect, it } from 'vitest';
import { stackOf } from './deploy-fixture.ts';
import { resolve } from './intrinsics.ts';
import { ExportTable, StackScope } from './stack-scope.ts';
import type { Template, TemplateValue } from './template.ts';

function scopeOf(template: Partial<Template> = {}): StackScope {
  const exports = new ExportTable();
  const other = stackOf('other', {
    Outputs: { Id: { Value: 'imported', Export: { Name: { 'Fn::Sub': '${AWS::StackName}:Id' } } } },
  });
  new StackScope(other, exports);
  const scope = new StackScope(
    stackOf('test', {
      Resources: { Bucket: { Type: 'Test::Bucket' }, Absent: { Type: 'Test::Bucket', Condition: 'Never' } },
      Parameters: { Size: { Type: 'Number', Default: 3 }, Zones: { Type: 'List<String>', Default: 'x,y' } },
      Conditions: {
        Always: { 'Fn::Equals': [{ Ref: 'AWS::Partition' }, 'aws'] },
        Never: { 'Fn::Not': [{ Condition: 'Always' }] },
        Either: { 'Fn::Or': [{ Condition: 'Never' }, { Condition: 'Always' }] },
        Both: { 'Fn::And': [{ Condition: 'Never' }, { Condition: 'Always' }] },
      },
      Mappings: { Runtime: { 'us-east-1': { value: 'nodejs24.x' } } },
      ...template,
    }),
    exports,
  );
  scope.created('Bucket', { ref: 'my-bucket', attribute: (name) => ({ Arn: 'arn:b', 'Endpoint.Port': '5432' })[name] });
  return scope;
}

describe('resolve', () => {
  it.each<[string, TemplateValue, unknown]>([
    ['Ref to a resource', { Ref: 'Bucket' }, 'my-bucket'],
    ['Ref to a parameter with a default', { Ref: 'Size' }, 3],
    ['Ref to a list parameter', { Ref: 'Zones' }, ['x', 'y']],
    ['pseudo parameters', [{ Ref: 'AWS::AccountId' }, { Ref: 'AWS::Region' }], ['000000000000', 'us-east-1']],
    ['Fn::GetAtt with a list', { 'Fn::GetAtt': ['Bucket', 'Arn'] }, 'arn:b'],
    ['Fn::GetAtt with one string', { 'Fn::GetAtt': 'Bucket.Endpoint.Port' }, '5432'],
    ['Fn::Sub with a string', { 'Fn::Sub': '${Bucket}/${Bucket.Arn}/${AWS::Region}' }, 'my-bucket/arn:b/us-east-1'],
    ['Fn::Sub with variables', { 'Fn::Sub': ['${A}-${Size}', { A: { Ref: 'Bucket' } }] }, 'my-bucket-3'],
    ['Fn::Sub with text that is meant as it is', { 'Fn::Sub': '${!Literal}' }, '${Literal}'],
    ['Fn::Join', { 'Fn::Join': [':', ['a', { Ref: 'Bucket' }, 1]] }, 'a:my-bucket:1'],
    ['Fn::Select of Fn::Split', { 'Fn::Select': ['1', { 'Fn::Split': ['/', 'a/b/c'] }] }, 'b'],
    ['Fn::If', [{ 'Fn::If': ['Always', 1, 2] }, { 'Fn::If': ['Never', 1, 2] }], [1, 2]],
    ['Fn::Or and Fn::And', [{ 'Fn::If': ['Either', 1, 2] }, { 'Fn::If': ['Both', 1, 2] }], [1, 2]],
    ['Fn::FindInMap', { 'Fn::FindInMap': ['Runtime', { Ref: 'AWS::Region' }, 'value'] }, 'nodejs24.x'],
    ['Fn::GetAZs', { 'Fn::Select': [0, { 'Fn::GetAZs': '' }] }, 'us-east-1a'],
    ['Fn::Base64', { 'Fn::Base64': 'a=1' }, 'YT0x'],
    ['Fn::ImportValue', { 'Fn::ImportValue': 'other:Id' }, 'imported'],
    ['AWS::NoValue as a property', { a: 1, b: { Ref: 'AWS::NoValue' } }, { a: 1 }],
    ['AWS::NoValue in a list', [1, { 'Fn::If': ['Never', 2, { Ref: 'AWS::NoValue' }] }], [1]],
    [
      'plain data',
      { a: [true, null, 'x'], Condition: { StringEquals: 1 } },
      { a: [true, null, 'x'], Condition: { StringEquals: 1 } },
    ],
  ])('resolves %s', (_, value, expected) => {
    expect(resolve(value, scopeOf())).toEqual(expected);
  });

  it.each<[string, TemplateValue, string]>([
    ['a name that is not there', { Ref: 'Nothing' }, 'Ref: the template has no resource or parameter Nothing'],
    ['an attribute that is not there', { 'Fn::GetAtt': ['Bucket', 'X'] }, 'Bucket has no attribute X'],
    ['a resource that its condition leaves out', { Ref: 'Absent' }, 'Absent is left out by its condition'],
    ['an export that is not there', { 'Fn::ImportValue': 'other:No' }, 'no stack exports other:No'],
    ['an index outside the list', { 'Fn::Select': [2, ['a']] }, 'outside a list of 1'],
    ['an unknown function', { 'Fn::Transform': 'x' }, 'Fn::Transform is not supported'],
  ])('says what is wrong with %s', (_, value, message) => {
    expect(() => resolve(value, scopeOf())).toThrow(message);
  });
});
