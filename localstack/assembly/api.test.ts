import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { apiOf, apiPath } from './api.ts';
import { writeAssembly } from './assembly-fixture.ts';
import { gatewayResponses } from './gateway-responses.ts';

const api = (...Tags: object[]) => ({ Type: 'AWS::ApiGateway::RestApi', Properties: { Tags } });
const ID = { Key: '_custom_id_', Value: 'orderflow' };
const stage = { Type: 'AWS::ApiGateway::Stage', Properties: { StageName: 'dev' } };

function assemblyWith(resources: object): string {
  const dir = mkdtempSync(join(tmpdir(), 'assembly '));
  writeAssembly(dir, { Orders: {} }, resources);
  return dir;
}

describe('the API of an assembly', () => {
  it('has the id of its tag and the name of its stage in its path', () => {
    const assembly = assemblyWith({ Api: api({ Key: 'Application', Value: 'OrderFlow' }, ID), Stage: stage });
    expect(apiPath(apiOf(assembly))).toBe('/_aws/execute-api/orderflow/dev');
  });

  it.each([
    ['no API', { Stage: stage }],
    ['an API without an id of its own', { Api: api(), Stage: stage }],
    ['no stage', { Api: api(ID) }],
  ])('is missed when there is %s', (_, resources) => {
    expect(() => apiOf(assemblyWith(resources))).toThrow('has no API with the tag _custom_id_ and a stage');
  });

  it('words its own answers as its gateway responses say', () => {
    const response = (Properties: object) => ({
      Type: 'AWS::ApiGateway::GatewayResponse',
      Properties: { RestApiId: { Ref: 'Api' }, ...Properties },
    });
    const assembly = assemblyWith({
      Unknown: response({
        ResponseType: 'MISSING_AUTHENTICATION_TOKEN',
        StatusCode: '404',
        ResponseParameters: { 'gatewayresponse.header.Access-Control-Allow-Origin': "'*'" },
        ResponseTemplates: { 'application/json': '{"error":"There is no such path."}' },
      }),
      Other: response({ ResponseType: 'DEFAULT_5XX' }),
    });
    expect(gatewayResponses(assembly)).toEqual({
      MISSING_AUTHENTICATION_TOKEN: {
        statusCode: 404,
        headers: { 'Access-Control-Allow-Origin': "'*'" },
        templates: { 'application/json': '{"error":"There is no such path."}' },
      },
      DEFAULT_5XX: { headers: {}, templates: {} },
    });
  });
});
