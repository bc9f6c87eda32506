"""Which columns of a catalogue say what: names as feeds write them, and in ten languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

# Google Merchant, Amazon, Shopify, WooCommerce, Magento, Vespa, WANDS and ESCI, then the words of each language.
_NAMES = {
    "id": "id sku asin product_id item_id item_sku variant_sku offer_id artikelnummer artikelnr referencia reference "
    "codice sku_id art_nr handle put 商品id 货号 商品コード",
    "gtin": "gtin gtin13 gtin14 gtin12 ean ean13 upc isbn barcode variant_barcode external_product_id",
    "mpn": "mpn manufacturer_part_number part_number model_number model",
    "title": "title name product_name product_title item_name product item titel artikelname produktname bezeichnung "
    "produkttitel artikelbezeichnung produkt artikel titre nom nom_du_produit produit intitule titulo nombre nombre_del_producto producto "
    "titolo nome nome_prodotto prodotto nome_do_produto produto naam productnaam tytuł nazwa nazwa_produktu 商品名 タイトル 製品名 品名 "
    "标题 商品名称 名称 产品名称",
    "description": "description body body_html product_description long_description short_description summary text beschreibung "
    "produktbeschreibung kurzbeschreibung artikelbeschreibung langbeschreibung descripcion descrizione descricao omschrijving beschrijving opis "
    "desc description_courte 説明 商品説明 描述 商品描述 产品描述",
    "bullets": "bullets bullet bullet_point bullet_points feature_bullet feature_bullets features feature highlights highlight "
    "product_highlight product_highlights product_features key_features about_this_item merkmale eigenschaften "
    "caracteristiques caracteristicas caratteristiche kenmerken cechy 特徴 特点 卖点",
    "brand": "brand brand_name vendor manufacturer maker marke hersteller marque marca merk merknaam marka producent fabricant "
    "fabricante ブランド メーカー 品牌",
    "price": "price standard_price variant_price regular_price sale_price list_price your_price current_price preis verkaufspreis "
    "prix precio prezzo preco prijs cena msrp uvp 価格 価格_税込 价格",
    "currency": "currency price_currency currency_code währung waehrung devise moneda valuta moeda waluta 通貨 货币",
    "image": "image image_link image_url image_src main_image_url images picture photo bild bild_url imagen immagine imagem "
    "afbeelding zdjęcie 画像 图片",
    "url": "url link product_url permalink canonical_link product_link lien enlace",
    "rating": "rating average_rating avg_rating rating_value stars review_rating bewertung sterne durchschnittsbewertung note "
    "valoracion calificacion valutazione avaliacao beoordeling ocena 評価 评分",
    "reviews": "reviews review_count reviews_count rating_count ratings number_of_reviews ratings_count bewertungen "
    "anzahl_bewertungen avis nombre_avis reseñas opiniones recensioni avaliacoes recensies opinie レビュー数 评论数",
    "availability": "availability stock_status in_stock stock quantity qty inventory variant_inventory_qty verfügbarkeit lagerbestand "
    "lieferstatus disponibilite disponibilidad disponibilita disponibilidade beschikbaarheid voorraad dostępność 在庫 库存",
    "category": "category categories google_product_category product_type product_class product_category category_hierarchy type "
    "kategorie produkttyp warengruppe categorie categoria kategoria カテゴリ カテゴリー 类别 分类",
    "language": "language lang locale content_language sprache langue idioma lingua taal język 言語 语言",
    "updated": "updated updated_at last_updated modified date_modified last_modified published_at date_published",
}
_NUMBERED = re.compile(r"_?\d{1,2}$")
_PREFIX = re.compile(r"^(?:g:|fields\.|product\.|item\.|attributes\.|node\.)+", re.IGNORECASE)


def catalogue_columns(columns: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Field (`title`, `price`, …) to the columns that hold it, best name first; a column holds one field at most."""
    found: dict[str, list[tuple[int, int, str]]] = {}
    for position, column in enumerate(columns):
        known = _fields().get(_plain(column)) or _fields().get(_NUMBERED.sub("", _plain(column)))
        if known is not None:
            field, rank = known
            found.setdefault(field, []).append((rank, position, column))
    return {field: tuple(column for _, _, column in sorted(hits)) for field, hits in found.items()}


def _plain(column: str) -> str:
    name = _PREFIX.sub("", column.strip()).rpartition(".")[2] or column
    # Decomposing takes Latin accents off; Japanese voicing marks are composed again.
    bare = "".join(c for c in unicodedata.normalize("NFD", name.casefold()) if not 0x0300 <= ord(c) < 0x0370)
    return re.sub(r"[^\w]+", "_", unicodedata.normalize("NFC", bare)).strip("_")


@cache
def _fields() -> dict[str, tuple[str, int]]:
    known: dict[str, tuple[str, int]] = {}
    for field, names in _NAMES.items():
        for rank, name in enumerate(names.split()):
            known.setdefault(_plain(name), (field, rank))
    return known
