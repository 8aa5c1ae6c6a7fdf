//! What the modules make public.

use std::collections::BTreeSet;

use syn::visit::{self, Visit};
use syn::{
    Attribute, Block, Field, File, Ident, ImplItem, ImplItemFn, Item, ItemImpl,
    Meta, Path, Signature, Type, UsePath, UseTree, Visibility,
};

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
    let items = parsed(module).items.into_iter();
    items.filter_map(public_item).collect()
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
    let is_hidden = attributes.iter().any(is_doc_hidden);
    let name = name.to_string();
    (is_public(&visibility) && !is_hidden)
        .then_some(PublicItem { name, is_type })
}

/// Whether it is `#[doc(hidden)]`: public for the compiler alone.
fn is_doc_hidden(attribute: &Attribute) -> bool {
    attribute.path().is_ident("doc")
        && matches!(&attribute.meta, Meta::List(list)
            if list.parse_args::<Ident>().is_ok_and(|word| word == "hidden"))
}

/// A public function, or a public method of a type.
pub struct PublicFunction {
    /// `Lock::acquire`.
    pub name: String,
    /// What stands before its body.
    pub signature: Signature,
}

/// The functions and methods that a module makes public.
///
/// # Panics
///
/// If the module can't be parsed.
pub fn public_functions(module: &str) -> Vec<PublicFunction> {
    let items = parsed(module).items.into_iter();
    items.flat_map(functions_of).collect()
}

fn functions_of(item: Item) -> Vec<PublicFunction> {
    match item {
        Item::Fn(item) if is_public(&item.vis) => {
            let name = item.sig.ident.to_string();
            let signature = item.sig;
            vec![PublicFunction { name, signature }]
        }
        Item::Impl(item) if item.trait_.is_none() => methods_of(item),
        _ => Vec::new(),
    }
}

fn methods_of(item: ItemImpl) -> Vec<PublicFunction> {
    let owner = type_name(&item.self_ty);
    let method = |item| match item {
        ImplItem::Fn(item) if is_public(&item.vis) => Some(PublicFunction {
            name: format!("{owner}::{}", item.sig.ident),
            signature: item.sig,
        }),
        _ => None,
    };
    item.items.into_iter().filter_map(method).collect()
}

fn type_name(item: &Type) -> String {
    let Type::Path(path) = item else {
        return String::new();
    };
    let last = path.path.segments.last();
    last.map_or_else(String::new, |last| last.ident.to_string())
}

/// The names from crates whose own name begins with one of `crates` that a
/// user of the module can see: in a signature, a field, a trait, a re-export.
///
/// # Panics
///
/// If the module can't be parsed.
pub fn foreign_names(module: &str, crates: &[&str]) -> BTreeSet<String> {
    let file = parsed(module);
    let mut public = Public {
        foreign: crates.iter().map(|&name| name.to_owned()).collect(),
        found: BTreeSet::new(),
    };
    for item in &file.items {
        if let Item::Use(item) = item {
            public.note_imports(&item.tree);
        }
    }
    public.visit_file(&file);
    public.found
}

/// Walks over what is public.
struct Public {
    /// The crates, and what the module imports from them.
    foreign: BTreeSet<String>,
    found: BTreeSet<String>,
}

impl Public {
    fn note_imports(&mut self, tree: &UseTree) {
        if let UseTree::Path(path) = tree
            && self.foreign.contains(&path.ident.to_string())
        {
            self.note_leaves(&path.tree);
        }
    }

    fn note_leaves(&mut self, tree: &UseTree) {
        match tree {
            UseTree::Path(path) => self.note_leaves(&path.tree),
            UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.note_leaves(tree));
            }
            UseTree::Name(name) => self.note(&name.ident),
            UseTree::Rename(rename) => self.note(&rename.rename),
            UseTree::Glob(_) => {}
        }
    }

    fn note(&mut self, name: &Ident) {
        self.foreign.insert(name.to_string());
    }
}

impl<'ast> Visit<'ast> for Public {
    fn visit_path(&mut self, path: &'ast Path) {
        let first = path.segments.first();
        let first = first.map(|first| first.ident.to_string());
        self.found
            .extend(first.filter(|name| self.foreign.contains(name)));
        visit::visit_path(self, path);
    }

    fn visit_item(&mut self, item: &'ast Item) {
        let is_seen = match item {
            Item::Enum(item) => is_public(&item.vis),
            Item::Fn(item) => is_public(&item.vis),
            Item::Impl(_) => true,
            Item::Mod(item) => is_public(&item.vis),
            Item::Struct(item) => is_public(&item.vis),
            Item::Trait(item) => is_public(&item.vis),
            Item::Type(item) => is_public(&item.vis),
            Item::Use(item) => is_public(&item.vis),
            _ => false,
        };
        if is_seen {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        if is_public(&item.vis) {
            self.visit_signature(&item.sig);
        }
    }

    fn visit_field(&mut self, field: &'ast Field) {
        if is_public(&field.vis) {
            visit::visit_field(self, field);
        }
    }

    fn visit_use_path(&mut self, path: &'ast UsePath) {
        let name = path.ident.to_string();
        if self.foreign.contains(&name) {
            self.found.insert(name);
        }
    }

    /// What a function does is its own affair.
    fn visit_block(&mut self, _: &'ast Block) {}
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn parsed(module: &str) -> File {
    let path = format!("code/src/{module}.rs");
    let file = syn::parse_file(&read(&path));
    file.unwrap_or_else(|error| panic!("{path}: {error}"))
}
