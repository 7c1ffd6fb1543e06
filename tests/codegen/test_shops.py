"""The shapes of two shops' schemas: money, connections, unions, interfaces, errors in payloads, lists of enums."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from graphql import build_schema

from syncgql.codegen import CodegenOptions, Scalar
from syncgql.codegen.options import MODEL_NAMES, ModelName

from .packages import check, forget, imported, write
from .test_github import answer

SCALARS = {"DateTime": Scalar("datetime.datetime"), "Decimal": Scalar("decimal.Decimal"), "URL": Scalar("str")}

SHOPIFY = """
scalar DateTime scalar Decimal scalar URL
type Query { products(first: Int, after: String, query: String): ProductConnection! node(id: ID!): Node }
type Mutation { productUpdate(product: ProductUpdateInput!): ProductUpdatePayload }
interface Node { id: ID! }
interface HasMetafields { metafield(namespace: String, key: String!): Metafield }
type Metafield implements Node { id: ID! value: String! reference: MetafieldReference }
union MetafieldReference = MediaImage | Product | GenericFile
type MediaImage implements Node { id: ID! image: Image }
type GenericFile implements Node { id: ID! url: URL }
type Image { url(transform: ImageTransformInput): URL! altText: String width: Int }
input ImageTransformInput { maxWidth: Int crop: CropRegion scale: Int = 1 }
enum CropRegion { CENTER TOP None }
type Product implements Node & HasMetafields {
  id: ID! title: String! createdAt: DateTime! status: ProductStatus! tags: [String!]!
  priceRangeV2: ProductPriceRange! featuredImage: Image @deprecated(reason: "Use media \\"first\\".")
  variants(first: Int): ProductVariantConnection! metafield(namespace: String, key: String!): Metafield
}
enum ProductStatus { ACTIVE ARCHIVED DRAFT }
type ProductPriceRange { minVariantPrice: MoneyV2! maxVariantPrice: MoneyV2! }
type MoneyV2 { amount: Decimal! currencyCode: CurrencyCode! }
enum CurrencyCode { EUR USD XXX }
type ProductVariant implements Node { id: ID! sku: String selectedOptions: [SelectedOption!]! }
type SelectedOption { name: String! value: String! }
type ProductConnection { edges: [ProductEdge!]! nodes: [Product!]! pageInfo: PageInfo! }
type ProductEdge { cursor: String! node: Product! }
type ProductVariantConnection { nodes: [ProductVariant!]! pageInfo: PageInfo! }
type PageInfo { hasNextPage: Boolean! endCursor: String }
input ProductUpdateInput { id: ID! title: String metafields: [MetafieldInput!] }
input MetafieldInput { key: String! value: String type: String }
type ProductUpdatePayload { product: Product userErrors: [UserError!]! }
interface DisplayableError { field: [String!] message: String! }
type UserError implements DisplayableError { field: [String!] message: String! }
"""

SHOPIFY_DOCUMENTS = {
    "products.graphql": """
        query Products($first: Int = 50, $after: String, $images: Boolean!) {
          products(first: $first, after: $after) {
            nodes {
              ...ProductParts
              featuredImage @include(if: $images) { url(transform: {maxWidth: 80}) altText }
              variants(first: 5) { nodes { id sku selectedOptions { name value } } pageInfo { ...Page } }
              metafield(key: "guide") { value reference { ... on MediaImage { image { url } } ... on Node { id } } }
            }
            pageInfo { ...Page }
          }
        }
        fragment Page on PageInfo { hasNextPage endCursor }
    """,
    "parts.graphql": """
        fragment ProductParts on Product {
          id title createdAt status tags priceRangeV2 { minVariantPrice { ...Money } maxVariantPrice { ...Money } }
        }
        fragment Money on MoneyV2 { amount currencyCode }
    """,
    "update.graphql": """
        mutation UpdateProduct($product: ProductUpdateInput!) {
          productUpdate(product: $product) { product { ...ProductParts } userErrors { field message } }
        }
        query AnyNode($id: ID!) {
          node(id: $id) { ... on Product { ...ProductParts } ... on HasMetafields { metafield(key: "a") { value } } }
        }
    """,
}

SALEOR = """
scalar DateTime scalar Decimal scalar Metadata scalar URL
type Query { order(id: ID!): Order checkout(token: ID): Checkout }
type Mutation { checkoutLinesAdd(checkoutId: ID, lines: [CheckoutLineInput!]!): CheckoutLinesAdd }
type Subscription { event: Event }
interface Event { issuedAt: DateTime version: String }
type OrderCreated implements Event { issuedAt: DateTime version: String order: Order }
type OrderCancelled implements Event { issuedAt: DateTime version: String order: Order }
type ProductDeleted implements Event { issuedAt: DateTime version: String productId: ID }
interface ObjectWithMetadata { metadata: [MetadataItem!]! metafields(keys: [String!]): Metadata }
type MetadataItem { key: String! value: String! }
type Order implements ObjectWithMetadata {
  id: ID! number: String! status: OrderStatus! total: TaxedMoney! lines: [OrderLine!]! created: DateTime!
  metadata: [MetadataItem!]! metafields(keys: [String!]): Metadata user: User
}
enum OrderStatus { UNFULFILLED FULFILLED CANCELED }
type TaxedMoney { gross: Money! net: Money! tax: Money! currency: String! }
type Money { amount: Float! currency: String! }
type OrderLine { id: ID! quantity: Int! unitPrice: TaxedMoney! productName: String! }
type User { id: ID! email: String! addresses: [Address!]! }
type Address { id: ID! city: String! country: CountryDisplay! }
type CountryDisplay { code: String! country: String! }
type Checkout { id: ID! lines: [CheckoutLine!]! deliveryMethod: DeliveryMethod }
type CheckoutLine { id: ID! quantity: Int! totalPrice: TaxedMoney! }
union DeliveryMethod = Warehouse | ShippingMethod
type Warehouse { id: ID! name: String! }
type ShippingMethod { id: ID! name: String! price: Money! }
input CheckoutLineInput { variantId: ID! quantity: Int! price: Decimal metadata: [MetadataInput!] }
input MetadataInput { key: String! value: String! }
type CheckoutLinesAdd { checkout: Checkout errors: [CheckoutError!]! }
type CheckoutError { field: String message: String code: CheckoutErrorCode! lines: [ID!] }
enum CheckoutErrorCode { GRAPHQL_ERROR INVALID class }
"""

SALEOR_DOCUMENTS = {
    "orders.graphql": """
        query GetOrder($id: ID!) {
          order(id: $id) { ...OrderParts metadata { key value } metafields(keys: ["a"]) user { email addresses {
            city country { code } } } }
        }
        query GetCheckout($token: ID) {
          checkout(token: $token) { lines { id quantity totalPrice { ...Taxed } } deliveryMethod {
            ... on Warehouse { id name } ... on ShippingMethod { id price { amount } } } }
        }
        mutation AddLines($id: ID, $lines: [CheckoutLineInput!]!) {
          checkoutLinesAdd(checkoutId: $id, lines: $lines) { checkout { id } errors { field code lines } }
        }
        subscription OrderEvents {
          event { issuedAt ... on OrderCreated { order { ...OrderParts } } ... on OrderCancelled { order { id } } }
        }
        fragment OrderParts on Order { id number status created total { ...Taxed } lines { unitPrice { ...Taxed } } }
        fragment Taxed on TaxedMoney { gross { amount currency } net { amount } }
    """
}

SHOPS = {"shopify": (SHOPIFY, SHOPIFY_DOCUMENTS), "saleor": (SALEOR, SALEOR_DOCUMENTS)}


@pytest.fixture
def package(shop: str, model: ModelName, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(tmp_path)
    write(tmp_path / "shop_api", *SHOPS[shop], CodegenOptions(SCALARS, model))
    yield imported("shop_api")
    forget("shop_api")


@pytest.mark.parametrize("model", MODEL_NAMES)
@pytest.mark.parametrize("shop", SHOPS)
def test_responses_are_decoded(package: ModuleType, shop: str) -> None:
    """Responses have all values, or null wherever that is allowed."""
    schema = build_schema(SHOPS[shop][0])
    for name in package.__all__:
        operation: Any = getattr(package, name)
        request = object.__new__(operation)
        object.__setattr__(request, "result_type", operation.Data)
        for nulls in (False, True):
            assert request.decode(answer(schema, operation.TEXT, nulls=nulls))


@pytest.mark.parametrize("model", MODEL_NAMES)
@pytest.mark.parametrize("shop", SHOPS)
def test_the_code_is_typed_and_clean(tmp_path: Path, shop: str, model: ModelName) -> None:
    """``mypy --strict`` and ``ruff check`` find nothing, and no line is too long."""
    pytest.importorskip("mypy", reason="mypy and ruff are in the lint extra")
    write(tmp_path / "shop_api", *SHOPS[shop], CodegenOptions(SCALARS, model))
    check(tmp_path, "shop_api")
