import { describe, expect, it } from 'vitest';
import { methodSettings, throttleOf } from './method-settings.ts';

const orders = { resourcePath: '/api/orders', httpMethod: 'POST' };
const forAll = { HttpMethod: '*', ResourcePath: '/*', ThrottlingRateLimit: 10, ThrottlingBurstLimit: 50 };
const throttle = (settings: unknown, route = orders) => throttleOf(route, methodSettings.parse(settings));

describe('the throttling of a method', () => {
  it('is that of its stage for all methods', () => {
    expect(throttle([forAll])).toEqual({ perSecond: 10, burst: 50 });
  });

  it('is its own where the stage has one for it, and for the rest that for all methods', () => {
    const own = { HttpMethod: 'POST', ResourcePath: '/~1api~1orders', ThrottlingRateLimit: 2 };
    expect(throttle([forAll, own])).toEqual({ perSecond: 2, burst: 50 });
    expect(throttle([forAll, own], { ...orders, httpMethod: 'GET' })).toEqual({ perSecond: 10, burst: 50 });
    expect(throttle([forAll, own], { ...orders, resourcePath: '/api' })).toEqual({ perSecond: 10, burst: 50 });
  });

  it('may be that of all methods of its path, and of the root', () => {
    const ofPath = (ResourcePath: string) => [{ HttpMethod: '*', ResourcePath, ThrottlingRateLimit: 3 }];
    expect(throttle(ofPath('/~1api~1orders'))).toEqual({ perSecond: 3, burst: 5_000 });
    expect(throttle(ofPath('/'), { resourcePath: '/', httpMethod: 'GET' })).toEqual({ perSecond: 3, burst: 5_000 });
    expect(throttle(ofPath('/'))).toBeUndefined();
  });

  it('is none where the settings say nothing, or a negative number', () => {
    expect(throttle(undefined)).toBeUndefined();
    expect(throttle([{ HttpMethod: '*', ResourcePath: '/*', LoggingLevel: 'INFO' }])).toBeUndefined();
    expect(throttle([{ ...forAll, ThrottlingRateLimit: -1, ThrottlingBurstLimit: -1 }])).toBeUndefined();
  });
});
