import { loadAssembly } from '../../local/assembly/load-assembly.ts';
import { gatewayResponseOf, gatewayResponseProperties } from '../../local/services/api-gateway/resources.ts';
import type { GatewayResponseDefinition } from '../../local/services/api-gateway/rest-api-definition.ts';

/** How the API of an assembly words its own answers, by response type. */
export function gatewayResponses(assembly: string): Record<string, GatewayResponseDefinition> {
  const declared = loadAssembly(assembly)
    .flatMap(({ template }) => Object.values(template.Resources))
    .filter(({ Type }) => Type === 'AWS::ApiGateway::GatewayResponse')
    .map(({ Properties }) => gatewayResponseProperties.parse(Properties));
  return Object.fromEntries(declared.map((properties) => [properties.ResponseType, gatewayResponseOf(properties)]));
}
