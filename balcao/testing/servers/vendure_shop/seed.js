// The catalogue of the shop, its promotion, and the administrator as whom the desk logs in.
let token = '';

async function admin(address, query, variables = {}) {
  const answer = await fetch(`${address}/admin-api`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify({ query, variables }),
  });
  token = answer.headers.get('vendure-auth-token') || token;
  const { data, errors } = await answer.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

const words = (name, more = {}) => [{ languageCode: 'en', name, ...more }];

async function product(ask, name, slug, group, variants) {
  const { createProduct } = await ask('mutation($i:CreateProductInput!){createProduct(input:$i){id}}', {
    i: { enabled: true, translations: words(name, { slug, description: name }) },
  });
  const { createProductOptionGroup } = await ask(
    'mutation($i:CreateProductOptionGroupInput!){createProductOptionGroup(input:$i){id options{id code}}}',
    {
      i: {
        code: `${slug}-${group}`,
        translations: words(group),
        options: variants.map(v => ({ code: v.sku.toLowerCase(), translations: words(v.option) })),
      },
    },
  );
  await ask('mutation($p:ID!,$g:ID!){addOptionGroupToProduct(productId:$p,optionGroupId:$g){id}}', {
    p: createProduct.id, g: createProductOptionGroup.id,
  });
  const option = Object.fromEntries(createProductOptionGroup.options.map(o => [o.code, o.id]));
  await ask('mutation($i:[CreateProductVariantInput!]!){createProductVariants(input:$i){id}}', {
    i: variants.map(v => ({
      productId: createProduct.id,
      sku: v.sku,
      price: v.price,
      optionIds: [option[v.sku.toLowerCase()]],
      stockOnHand: v.stock,
      trackInventory: 'TRUE',
      translations: words(`${name} ${v.option}`),
    })),
  });
}

exports.seed = async address => {
  const ask = (query, variables) => admin(address, query, variables);
  await ask('mutation{login(username:"superadmin",password:"superadmin"){__typename}}');
  const { activeChannel } = await ask('{activeChannel{id defaultTaxZone{id} defaultShippingZone{id}}}');
  // With a single channel Vendure takes any token for it.
  await ask('mutation($i:CreateChannelInput!){createChannel(input:$i){__typename}}', {
    i: {
      code: 'outlet',
      token: 'outlet-token',
      defaultLanguageCode: 'en',
      defaultCurrencyCode: 'BRL',
      pricesIncludeTax: true,
      defaultTaxZoneId: activeChannel.defaultTaxZone.id,
      defaultShippingZoneId: activeChannel.defaultShippingZone.id,
    },
  });
  await ask('mutation($i:UpdateChannelInput!){updateChannel(input:$i){__typename}}', {
    i: { id: activeChannel.id, defaultCurrencyCode: 'BRL', availableCurrencyCodes: ['BRL'] },
  });
  await product(ask, 'Caneca Moringa', 'caneca', 'cor', [
    { sku: 'CAN-AZ', option: 'azul', price: 3990, stock: 100_000 },
    { sku: 'CAN-VM', option: 'vermelha', price: 4490, stock: 100_000 },
    { sku: 'CAN-VD', option: 'verde', price: 3490, stock: 100_000 },
    { sku: 'CAN-BR', option: 'branca', price: 3990, stock: 1 },
  ]);
  await product(ask, 'Camiseta', 'camiseta', 'tamanho', [
    { sku: 'CAM-M', option: 'M', price: 8900, stock: 100_000 },
    { sku: 'CAM-G', option: 'G', price: 8900, stock: 0 },
  ]);
  await ask('mutation($i:CreatePromotionInput!){createPromotion(input:$i){__typename}}', {
    i: {
      enabled: true,
      couponCode: 'DEZ',
      conditions: [],
      actions: [{ code: 'order_percentage_discount', arguments: [{ name: 'discount', value: '10' }] }],
      translations: words('Dez por cento', { description: '' }),
    },
  });
  const role = async (code, permissions) =>
    (await ask('mutation($i:CreateRoleInput!){createRole(input:$i){id}}', {
      i: { code, description: code, permissions, channelIds: [activeChannel.id] },
    })).createRole.id;
  const reads = ['ReadOrder', 'ReadCustomer', 'ReadCatalog', 'ReadShippingMethod'];
  const desk = await role('desk', [...reads, 'CreateOrder', 'UpdateOrder', 'DeleteOrder', 'CreateCustomer', 'UpdateCustomer']);
  const onlooker = await role('onlooker', reads);
  for (const [name, id] of [['desk', desk], ['onlooker', onlooker]]) {
    await ask('mutation($i:CreateAdministratorInput!){createAdministrator(input:$i){id}}', {
      i: { firstName: name, lastName: 'Balcão', emailAddress: `${name}@example.com`, password: `${name}-pw`, roleIds: [id] },
    });
  }
};
