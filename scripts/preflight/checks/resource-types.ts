import { type Check, lack } from '../check.ts';
import { isRegistered } from '../type-registry.ts';

/** Whether CloudFormation has every resource type in the Region. Newer types and services are not in all of them. */
export const resourceTypes: Check = {
  title: 'Resource types',
  async find({ resources, types, region }) {
    const wanted = [...new Set(resources.map(({ type }) => type))].filter(isRegistered);
    const missing = await Promise.all(wanted.map(async (type) => ((await types.schema(type)) ? [] : [type])));
    return missing
      .flat()
      .map((type) => lack(`CloudFormation has no type ${type} in ${region}.`, 'Deploy to another Region: --region.'));
  },
};
