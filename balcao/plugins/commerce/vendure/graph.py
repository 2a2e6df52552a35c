"""What is asked of Vendure's Admin API, in its own language (Vendure 3)."""

_ADDRESS = "fullName streetLine1 streetLine2 city province postalCode phoneNumber"
_ORDER_ADDRESS = f"{{{_ADDRESS} countryCode}}"

_CUSTOMER = f"""
  id firstName lastName emailAddress phoneNumber
  addresses {{ id {_ADDRESS} defaultShippingAddress country {{ code }} }}
"""

# History is what remembers: reasons of cancellations, notes, when parcels moved.
ORDER = f"""
  id code state active createdAt updatedAt orderPlacedAt currencyCode totalWithTax
  customer {{ {_CUSTOMER} }}
  shippingAddress {_ORDER_ADDRESS}
  billingAddress {_ORDER_ADDRESS}
  lines {{
    id quantity orderPlacedQuantity unitPrice unitPriceWithTax proratedLinePriceWithTax taxRate
    featuredAsset {{ preview }}
    productVariant {{ id sku name product {{ id }} options {{ name group {{ name }} }} }}
  }}
  surcharges {{ priceWithTax }}
  shippingLines {{ priceWithTax discounts {{ adjustmentSource amountWithTax }} shippingMethod {{ name }} }}
  payments {{
    id createdAt updatedAt method amount state
    refunds {{ id createdAt updatedAt total state reason lines {{ orderLineId quantity }} }}
  }}
  fulfillments {{ id state method trackingCode lines {{ orderLineId quantity }} }}
  modifications {{ id note priceChange isSettled refund {{ state }} lines {{ orderLineId quantity }} }}
  history(options: {{
    take: 500
    sort: {{ createdAt: ASC, id: ASC }}
    filter: {{ type: {{ in: [
      "ORDER_NOTE", "ORDER_CANCELLATION", "ORDER_FULFILLMENT_TRANSITION", "ORDER_STATE_TRANSITION"
    ] }} }}
  }}) {{ items {{ id createdAt type data administrator {{ emailAddress }} }} }}
"""

PRODUCT = """
  id name slug enabled
  featuredAsset { preview }
  variants {
    id sku priceWithTax currencyCode stockLevel enabled
    featuredAsset { preview }
    options { name group { name } }
  }
"""

_REFUSED = "... on ErrorResult { errorCode message }"
_UNMOVED = "... on OrderStateTransitionError { transitionError }"

LOGIN = f"""mutation ($username: String!, $password: String!) {{
  login(username: $username, password: $password) {{ __typename {_REFUSED} }}
}}"""
REACH = "{ __typename }"
CHANNEL = "{ activeChannel { id code token defaultCurrencyCode } }"
PERMISSIONS = "{ me { channels { id permissions } } }"

ONE_ORDER = f"query ($id: ID!) {{ order(id: $id) {{ {ORDER} }} }}"
ORDERS = f"query ($options: OrderListOptions) {{ orders(options: $options) {{ items {{ {ORDER} }} }} }}"
CUSTOMERS = """query ($options: CustomerListOptions) {
  customers(options: $options) { items { id phoneNumber firstName lastName } }
}"""
ORDERS_OF_CUSTOMERS = f"""query ($customers: CustomerListOptions, $orders: OrderListOptions) {{
  customers(options: $customers) {{ items {{
    phoneNumber firstName lastName addresses {{ postalCode }} orders(options: $orders) {{ items {{ {ORDER} }} }}
  }} }}
}}"""
CUSTOMER = f"query ($id: ID!) {{ customer(id: $id) {{ {_CUSTOMER} }} }}"
ONE_PRODUCT = f"query ($id: ID!) {{ product(id: $id) {{ {PRODUCT} }} }}"
PRODUCTS = f"query ($options: ProductListOptions) {{ products(options: $options) {{ items {{ {PRODUCT} }} }} }}"
QUOTES = """query ($input: TestEligibleShippingMethodsInput!) {
  testEligibleShippingMethods(input: $input) { name priceWithTax }
}"""

TRANSITION = f"""mutation ($id: ID!, $state: String!) {{
  transitionOrderToState(id: $id, state: $state) {{ __typename {_REFUSED} {_UNMOVED} }}
}}"""
MODIFY = f"""mutation ($input: ModifyOrderInput!) {{
  modifyOrder(input: $input) {{
    __typename {_REFUSED}
    ... on Order {{ totalWithTax lines {{ id quantity unitPriceWithTax productVariant {{ id }} }} }}
  }}
}}"""
CANCEL = f"""mutation ($input: CancelOrderInput!) {{
  cancelOrder(input: $input) {{ __typename {_REFUSED} {_UNMOVED} }}
}}"""
REFUND = f"""mutation ($input: RefundOrderInput!) {{
  refundOrder(input: $input) {{ __typename {_REFUSED} ... on Refund {{ id state }} }}
}}"""
CANCEL_PAYMENT = f"mutation ($id: ID!) {{ cancelPayment(id: $id) {{ __typename {_REFUSED} }} }}"
NOTE = "mutation ($input: AddNoteToOrderInput!) { addNoteToOrder(input: $input) { id } }"

CREATE_ADDRESS = """mutation ($customer: ID!, $input: CreateAddressInput!) {
  createCustomerAddress(customerId: $customer, input: $input) { id }
}"""
UPDATE_ADDRESS = "mutation ($input: UpdateAddressInput!) { updateCustomerAddress(input: $input) { id } }"

DRAFT = "mutation { createDraftOrder { id } }"
DELETE_DRAFT = "mutation ($id: ID!) { deleteDraftOrder(orderId: $id) { result message } }"
DRAFT_CUSTOMER = f"""mutation ($id: ID!, $customer: ID!) {{
  setCustomerForDraftOrder(orderId: $id, customerId: $customer) {{ __typename {_REFUSED} }}
}}"""
DRAFT_LINE = f"""mutation ($id: ID!, $input: AddItemToDraftOrderInput!) {{
  addItemToDraftOrder(orderId: $id, input: $input) {{ __typename {_REFUSED} }}
}}"""
DRAFT_ADDRESS = """mutation ($id: ID!, $input: CreateAddressInput!) {
  setDraftOrderShippingAddress(orderId: $id, input: $input) { id }
}"""
DRAFT_WAYS = """query ($id: ID!) {
  eligibleShippingMethodsForDraftOrder(orderId: $id) { id name priceWithTax }
}"""
DRAFT_WAY = f"""mutation ($id: ID!, $method: ID!) {{
  setDraftOrderShippingMethod(orderId: $id, shippingMethodId: $method) {{ __typename {_REFUSED} }}
}}"""
