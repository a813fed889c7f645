/** The event of an order that no shard knows, as JSON; consumers cannot tell. */
export function eventOf(orderId: string, userId: string): string {
  return JSON.stringify({
    event_type: 'order.created',
    order_id: orderId,
    user_id: userId,
    product_name: 'Desk',
    quantity: 1,
    total: 10,
    status: 'created',
    shard: 1,
    timestamp: new Date().toISOString(),
  });
}
