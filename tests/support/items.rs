//! What the modules make public.

use syn::{Attribute, Ident, Item, Meta, Visibility};

use crate::workspace::read;

/// Something public in a module.
pub struct PublicItem {
    /// Its name.
    pub name: String,
    /// Whether it is a struct, an enum or a union.
    pub is_type: bool,
}

/// The types, traits, functions, and constants that a module makes public.
///
/// # Panics
///
/// If the module can't be parsed.
pub fn public_items(module: &str) -> Vec<PublicItem> {
    let path = format!("code/src/{module}.rs");
    let file = syn::parse_file(&read(&path));
    let file = file.unwrap_or_else(|error| panic!("{path}: {error}"));
    file.items.into_iter().filter_map(public_item).collect()
}

fn public_item(item: Item) -> Option<PublicItem> {
    let is_type =
        matches!(item, Item::Enum(_) | Item::Struct(_) | Item::Union(_));
    let (visibility, attributes, name) = match item {
        Item::Const(item) => (item.vis, item.attrs, item.ident),
        Item::Enum(item) => (item.vis, item.attrs, item.ident),
        Item::Fn(item) => (item.vis, item.attrs, item.sig.ident),
        Item::Static(item) => (item.vis, item.attrs, item.ident),
        Item::Struct(item) => (item.vis, item.attrs, item.ident),
        Item::Trait(item) => (item.vis, item.attrs, item.ident),
        Item::Type(item) => (item.vis, item.attrs, item.ident),
        Item::Union(item) => (item.vis, item.attrs, item.ident),
        _ => return None,
    };
    let is_public = matches!(visibility, Visibility::Public(_));
    let is_hidden = attributes.iter().any(is_doc_hidden);
    let name = name.to_string();
    (is_public && !is_hidden).then_some(PublicItem { name, is_type })
}

/// Whether it is `#[doc(hidden)]`: public for the compiler alone.
fn is_doc_hidden(attribute: &Attribute) -> bool {
    attribute.path().is_ident("doc")
        && matches!(&attribute.meta, Meta::List(list)
            if list.parse_args::<Ident>().is_ok_and(|word| word == "hidden"))
}
