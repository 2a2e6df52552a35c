// Tells Balcão which orders and products changed, so that it reads them anew at once. Only keys leave this server.
//
// Copy this file beside your vendure-config, add `BalcaoPlugin` to its `plugins`, and set in the environment
//   BALCAO_ADDRESS   the webhook address that Balcão's page of this connection shows
//   BALCAO_SECRET    the webhook secret that was entered there
const { createHmac } = require('node:crypto');
const {
  EventBus, FulfillmentStateTransitionEvent, HistoryEntryEvent, Logger, OrderEvent, OrderPlacedEvent,
  OrderStateTransitionEvent, PaymentStateTransitionEvent, PluginCommonModule, ProductEvent, ProductVariantEvent,
  RefundEvent, RefundStateTransitionEvent, VendurePlugin,
} = require('@vendure/core');

const GATHER_MS = 500; // what one deed changes is told once

class BalcaoPlugin {
  constructor(eventBus) {
    this.eventBus = eventBus;
    this.changed = { orders: new Set(), products: new Set() };
    this.timer = null;
  }

  onApplicationBootstrap() {
    if (!process.env.BALCAO_ADDRESS || !process.env.BALCAO_SECRET) return;
    const hear = (type, key, of) => this.eventBus.ofType(type).subscribe(event => this.note(key, of(event)));
    const ofOrder = event => [event.order && event.order.id];
    for (const type of [
      OrderEvent, OrderPlacedEvent, OrderStateTransitionEvent, PaymentStateTransitionEvent, RefundEvent,
      RefundStateTransitionEvent,
    ]) {
      hear(type, 'orders', ofOrder);
    }
    hear(FulfillmentStateTransitionEvent, 'orders', event => (event.fulfillment.orders || []).map(order => order.id));
    hear(HistoryEntryEvent, 'orders', event => [event.entity.order && event.entity.order.id]);
    hear(ProductEvent, 'products', event => [event.entity.id]);
    hear(ProductVariantEvent, 'products', event => event.entity.map(variant => variant.productId));
  }

  note(key, ids) {
    ids.filter(Boolean).forEach(id => this.changed[key].add(String(id)));
    this.timer ||= setTimeout(() => this.tell(), GATHER_MS);
  }

  async tell() {
    const { orders, products } = this.changed;
    this.changed = { orders: new Set(), products: new Set() };
    this.timer = null;
    if (!orders.size && !products.size) return;
    const body = JSON.stringify({ orders: [...orders], products: [...products] });
    const signature = createHmac('sha256', process.env.BALCAO_SECRET).update(body).digest('hex');
    try {
      await fetch(process.env.BALCAO_ADDRESS, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-balcao-signature': signature },
        body,
        signal: AbortSignal.timeout(10_000),
      });
    } catch (error) {
      Logger.warn(`Balcão was not told: ${error.message}`, 'BalcaoPlugin'); // it asks by itself, later
    }
  }
}

Reflect.defineMetadata('design:paramtypes', [EventBus], BalcaoPlugin);
VendurePlugin({ imports: [PluginCommonModule], compatibility: '^3.0.0' })(BalcaoPlugin);

module.exports = { BalcaoPlugin };
