// A Vendure shop for the contract tests. Its database is a file of SQLite that is read into memory (sql.js): what a run
// changes is gone with it, and nothing has to be compiled to install it.
//   node server.js seed FILE          fills a new database and writes it to FILE
//   node server.js run FILE PORT      serves a copy of it on 127.0.0.1:PORT
process.env.VENDURE_DISABLE_TELEMETRY = 'true'; // before it is loaded: tests call nobody outside this machine
const fs = require('fs');
const {
  bootstrap, DefaultJobQueuePlugin, DefaultLogger, dummyPaymentHandler, LanguageCode, LogLevel, PaymentMethodHandler,
  TransactionalConnection,
} = require('@vendure/core');
const { populateInitialData } = require('@vendure/core/cli');
const { seed } = require('./seed');

const [deed, file, port] = process.argv.slice(2);
const en = value => [{ languageCode: LanguageCode.en, value }];

// Pays back at once, as a card network does; the dummy handler that Vendure brings leaves refunds pending.
const card = new PaymentMethodHandler({
  code: 'card',
  description: en('A card'),
  args: {},
  createPayment: async (ctx, order, amount, args, metadata) => ({
    amount, state: 'Settled', transactionId: `card-${order.code}`, metadata,
  }),
  settlePayment: async () => ({ success: true }),
  createRefund: async (ctx, input, amount) =>
    ({ state: (input.reason || '').includes('decline') ? 'Failed' : 'Settled', transactionId: `back-${amount}` }),
});

const config = {
  apiOptions: { port: Number(port || 0), hostname: '127.0.0.1', adminApiPath: 'admin-api', shopApiPath: 'shop-api' },
  authOptions: {
    tokenMethod: ['bearer'],
    superadminCredentials: { identifier: 'superadmin', password: 'superadmin' },
    requireVerification: false,
  },
  dbConnectionOptions: {
    type: 'sqljs', synchronize: deed === 'seed', ...(deed === 'run' ? { database: fs.readFileSync(file) } : {}),
  },
  paymentOptions: { paymentMethodHandlers: [card, dummyPaymentHandler] },
  logger: new DefaultLogger({ level: LogLevel.Error }),
  plugins: [DefaultJobQueuePlugin.init({ pollInterval: 200 }), ...extra()],
};

function extra() {
  if (deed !== 'run' || !process.env.BALCAO_ADDRESS) return [];
  const { BalcaoPlugin } = require('./balcao-plugin');
  return [BalcaoPlugin];
}

const initialData = {
  defaultLanguage: LanguageCode.en,
  defaultZone: 'World',
  taxRates: [{ name: 'Standard', percentage: 18 }],
  shippingMethods: [{ name: 'PAC', price: 1500 }, { name: 'Sedex', price: 3200 }],
  paymentMethods: [
    { name: 'Card', handler: { code: 'card', arguments: [] } },
    {
      name: 'Transfer',
      handler: { code: 'dummy-payment-handler', arguments: [{ name: 'automaticSettle', value: 'true' }] },
    },
    {
      name: 'Later',
      handler: { code: 'dummy-payment-handler', arguments: [{ name: 'automaticSettle', value: 'false' }] },
    },
  ],
  countries: [{ name: 'Brasil', code: 'BR', zone: 'World' }, { name: 'Türkiye', code: 'TR', zone: 'World' }],
  collections: [],
};

async function main() {
  const app = await bootstrap(config);
  if (deed !== 'seed') return;
  await populateInitialData(app, initialData);
  await seed(await app.getUrl());
  fs.writeFileSync(file, app.get(TransactionalConnection).rawConnection.driver.export());
  await app.close();
  process.exit(0);
}

main().catch(error => {
  console.error(error);
  process.exit(1);
});
