import { expect, it } from 'vitest';
import type { Template } from '../../local/assembly/template.ts';
import { resourcesOf } from './resources.ts';

const Resources: Template['Resources'] = {
  Subnet: { Type: 'AWS::EC2::Subnet', Properties: { AvailabilityZone: { 'Fn::Select': [1, { 'Fn::GetAZs': '' }] } } },
  Topic: {
    Type: 'AWS::SNS::Topic',
    Properties: {
      TopicName: {
        'Fn::Join': ['-', ['Partition', 'Region', 'AccountId', 'URLSuffix'].map((name) => ({ Ref: `AWS::${name}` }))],
      },
      Subnet: { Ref: 'Subnet' },
    },
  },
};

it('names account, Region and zones of the place that is asked about', () => {
  const place = {
    accountId: '123456789012',
    region: 'cn-north-1',
    partition: 'aws-cn',
    urlSuffix: 'amazonaws.com.cn',
    availabilityZones: ['cn-north-1a', 'cn-north-1d'],
  };
  const stack = { name: 'shop', template: { Resources }, parameters: {}, assets: new Map() };
  const [subnet, topic] = resourcesOf([stack], place);
  expect(subnet?.property('AvailabilityZone')).toBe('cn-north-1d');
  expect(topic?.property('TopicName')).toBe('aws-cn-cn-north-1-123456789012-amazonaws.com.cn');
  expect(topic?.property('Subnet')).toBe('«shop/Subnet»');
});
