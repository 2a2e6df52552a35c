"""The questions to Shopify, checked by the tests against the published schema of the version named here."""

VERSION = "2026-10"  # of the Admin API; Shopify keeps each for at least a year

_MONEY = "fragment Bag on MoneyBag { presentmentMoney { amount } }"
_ADDRESS = """
fragment Place on MailingAddress { address1 address2 city province provinceCode zip country countryCodeV2 name phone }
"""
_CUSTOMER = """
fragment Person on Customer {
  id displayName defaultEmailAddress { emailAddress } defaultPhoneNumber { phoneNumber } defaultAddress { ...Place }
}
"""
_ORDER = """
fragment Whole on Order {
  id name email phone note tags edited taxesIncluded presentmentCurrencyCode cancelReason statusPageUrl
  processedAt updatedAt cancelledAt displayFulfillmentStatus
  cancellation { staffNote }
  customer { ...Person }
  shippingAddress { ...Place }
  billingAddress { ...Place }
  totalPriceSet { ...Bag }
  totalOutstandingSet { ...Bag }
  shippingLines(first: 5) { nodes { discountedPriceSet { ...Bag } taxLines { priceSet { ...Bag } } } }
  lineItems(first: $lines) { nodes { ...Line } pageInfo { hasNextPage endCursor } }
  transactions(first: 30) {
    id kind status gateway formattedGateway processedAt amountSet { ...Bag } parentTransaction { id }
    paymentDetails { ... on CardPaymentDetails { company number } }
  }
  refunds(first: 20) {
    id note
    refundLineItems(first: 20) { nodes { quantity restockType lineItem { id } } }
    transactions(first: 5) { nodes { id status } }
  }
  returns(first: 5) {
    nodes {
      id status createdAt
      returnLineItems(first: 10) {
        nodes { ... on ReturnLineItem { quantity returnReasonNote fulfillmentLineItem { lineItem { id } } } }
      }
      exchangeLineItems(first: 10) { nodes { variantId quantity } }
    }
  }
  fulfillments(first: 10) {
    id status displayStatus createdAt deliveredAt estimatedDeliveryAt
    trackingInfo(first: 1) { company number url }
    fulfillmentLineItems(first: 20) { nodes { quantity lineItem { id } } }
    events(first: 10, sortKey: HAPPENED_AT) { nodes { happenedAt status message city } }
  }
}
"""
_LINE = """
fragment Line on LineItem {
  id title variantTitle quantity currentQuantity sku
  originalUnitPriceSet { ...Bag }
  discountAllocations { allocatedAmountSet { ...Bag } }
  taxLines { priceSet { ...Bag } }
  product { id }
  variant { id selectedOptions { name value } }
  image { url }
}
"""
_DRAFT = """
fragment Drafted on DraftOrder {
  id name presentmentCurrencyCode createdAt updatedAt invoiceUrl tags taxesIncluded
  order { id }
  customer { ...Person }
  shippingAddress { ...Place }
  totalPriceSet { ...Bag }
  totalShippingPriceSet { ...Bag }
  lineItems(first: 100) {
    nodes {
      id title variantTitle quantity sku
      originalUnitPriceSet { ...Bag }
      discountedTotalSet { ...Bag }
      product { id }
      variant { id selectedOptions { name value } }
      image { url }
    }
  }
}
"""
_PRODUCT = """
fragment Goods on Product {
  id title status onlineStoreUrl updatedAt
  featuredMedia { preview { image { url } } }
  variants(first: $variants) {
    nodes {
      id sku price availableForSale inventoryQuantity inventoryItem { tracked } selectedOptions { name value }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""
_WHOLE = "".join((_MONEY, _ADDRESS, _CUSTOMER, _ORDER, _LINE))
_DRAFTED = "".join((_MONEY, _ADDRESS, _CUSTOMER, _DRAFT))

ORDER = (
    """
query Order($id: ID!, $lines: Int!, $mark: String!) {
  order(id: $id) { ...Whole metafield(namespace: "balcao", key: $mark) { value } }
}
"""
    + _WHOLE
)
ORDERS = (
    """
query Orders($query: String, $first: Int!, $after: String, $lines: Int!, $key: OrderSortKeys!, $newest: Boolean!) {
  orders(query: $query, first: $first, after: $after, sortKey: $key, reverse: $newest) {
    nodes { ...Whole }
    pageInfo { hasNextPage endCursor }
  }
}
"""
    + _WHOLE
)
MORE_LINES = (
    """
query MoreLines($id: ID!, $after: String) {
  order(id: $id) { lineItems(first: 50, after: $after) { nodes { ...Line } pageInfo { hasNextPage endCursor } } }
}
"""
    + _MONEY
    + _LINE
)
CUSTOMERS = """
query Customers($query: String!) {
  customers(first: 5, query: $query) { nodes { id defaultPhoneNumber { phoneNumber } } }
}
"""
CUSTOMER = "query Customer($id: ID!) { customer(id: $id) { ...Person } }" + _ADDRESS + _CUSTOMER
DRAFT = "query Draft($id: ID!) { draftOrder(id: $id) { ...Drafted } }" + _DRAFTED
DRAFTS = (
    "query Drafts { draftOrders(first: 50, sortKey: ID, reverse: true) { nodes { id tags invoiceUrl order { id } } } }"
)
PRODUCT = "query Product($id: ID!, $variants: Int!) { product(id: $id) { ...Goods } }" + _PRODUCT
PRODUCTS = (
    """
query Products($query: String, $first: Int!, $after: String, $variants: Int!) {
  products(query: $query, first: $first, after: $after, sortKey: UPDATED_AT) {
    nodes { ...Goods }
    pageInfo { hasNextPage endCursor }
  }
}
"""
    + _PRODUCT
)
MORE_VARIANTS = """
query MoreVariants($id: ID!, $after: String) {
  product(id: $id) {
    variants(first: 100, after: $after) {
      nodes {
        id sku price availableForSale inventoryQuantity inventoryItem { tracked } selectedOptions { name value }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""
RATES = """
query Rates($input: DraftOrderAvailableDeliveryOptionsInput!) {
  draftOrderAvailableDeliveryOptions(input: $input) { availableShippingRates { title price { amount currencyCode } } }
}
"""
SHOP = """
query Shop { shop { name currencyCode myshopifyDomain } currentAppInstallation { accessScopes { handle } } }
"""
RETURNABLE = """
query Returnable($order: ID!) {
  returnableFulfillments(orderId: $order, first: 10) {
    nodes {
      returnableFulfillmentLineItems(first: 50) { nodes { quantity fulfillmentLineItem { id lineItem { id } } } }
    }
  }
}
"""
JOB = "query Job($id: ID!) { job(id: $id) { id done } }"
GIFT_CARDS = "query GiftCards { giftCards(first: 50, sortKey: ID, reverse: true) { nodes { id note } } }"

UPDATE = """
mutation Update($input: OrderInput!) { orderUpdate(input: $input) { order { id } userErrors { field message } } }
"""
TAG = """
mutation Tag($id: ID!, $tags: [String!]!) { tagsAdd(id: $id, tags: $tags) { userErrors { field message } } }
"""
MARK = """
mutation Mark($metafields: [MetafieldsSetInput!]!) {
  metafieldsSet(metafields: $metafields) { userErrors { field message code } }
}
"""
REFUND = """
mutation Refund($input: RefundInput!, $key: String!) {
  refundCreate(input: $input) @idempotent(key: $key) {
    refund { id transactions(first: 5) { nodes { id status } } }
    userErrors { field message }
  }
}
"""
CANCEL = """
mutation Cancel($order: ID!, $reason: OrderCancelReason!, $note: String) {
  orderCancel(
    orderId: $order, reason: $reason, staffNote: $note, restock: true, notifyCustomer: false,
    refundMethod: { originalPaymentMethodsRefund: true }
  ) {
    job { id done }
    orderCancelUserErrors { field message code }
  }
}
"""
RETURN = """
mutation Return($input: ReturnInput!) {
  returnCreate(returnInput: $input) { return { id } userErrors { field message code } }
}
"""
DEFAULT_ADDRESS = """
mutation DefaultAddress($customer: ID!, $address: MailingAddressInput!) {
  customerAddressCreate(customerId: $customer, address: $address, setAsDefault: true) {
    address { id }
    userErrors { field message }
  }
}
"""
PLACE = """
mutation Place($input: DraftOrderInput!) {
  draftOrderCreate(input: $input) { draftOrder { id } userErrors { field message } }
}
"""
SEND_INVOICE = """
mutation SendInvoice($id: ID!) { draftOrderInvoiceSend(id: $id) { userErrors { field message } } }
"""
SEND_ORDER_INVOICE = """
mutation SendOrderInvoice($id: ID!) { orderInvoiceSend(id: $id) { userErrors { field message code } } }
"""
GIFT_CARD = """
mutation GiftCard($input: GiftCardCreateInput!) {
  giftCardCreate(input: $input) { giftCard { id } userErrors { field message code } }
}
"""
SEND_GIFT_CARD = """
mutation SendGiftCard($id: ID!) { giftCardSendNotificationToCustomer(id: $id) { userErrors { field message code } } }
"""
EDIT_BEGIN = """
mutation EditBegin($id: ID!) {
  orderEditBegin(id: $id) {
    calculatedOrder { id lineItems(first: 100) { nodes { id quantity } } }
    userErrors { field message }
  }
}
"""
EDIT_QUANTITY = """
mutation EditQuantity($id: ID!, $line: ID!, $quantity: Int!) {
  orderEditSetQuantity(id: $id, lineItemId: $line, quantity: $quantity, restock: true) {
    userErrors { field message }
  }
}
"""
EDIT_VARIANT = """
mutation EditVariant($id: ID!, $variant: ID!, $quantity: Int!) {
  orderEditAddVariant(id: $id, variantId: $variant, quantity: $quantity, allowDuplicates: true) {
    userErrors { field message }
  }
}
"""
EDIT_COMMIT = """
mutation EditCommit($id: ID!, $note: String) {
  orderEditCommit(id: $id, notifyCustomer: false, staffNote: $note) { order { id } userErrors { field message } }
}
"""
