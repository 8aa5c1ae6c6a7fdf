//! What the public signatures of all modules have in common.

use std::collections::BTreeMap;

use book_tests::items::{PublicFunction, foreign_names, public_functions};
use book_tests::problems::Problems;
use book_tests::workspace::modules;
use syn::{FnArg, GenericArgument, PathArguments, Type, TypeParamBound};

/// Calls that end in `_timeout` and have no `_deadline`, and why.
const WITHOUT_DEADLINE: &[&str] = &[
    // Of every round anew: a moment would be over after the first.
    "Barrier::with_timeout",
];

/// Crates before their version 1: a public type of theirs would tie the users
/// of a module to the version that it uses.
const FOREIGN: &[&str] = &["parking_lot", "parking_lot_core", "lock_api"];

#[test]
fn each_timeout_has_its_deadline() {
    let mut problems = Problems::default();
    for module in modules() {
        let functions = by_name(&module);
        for name in functions.keys() {
            let Some(stem) = name.strip_suffix("_timeout") else {
                continue;
            };
            let deadline = format!("{stem}_deadline");
            if !functions.contains_key(&deadline)
                && !WITHOUT_DEADLINE.contains(&name.as_str())
            {
                problems.add(format!(
                    "code/src/{module}.rs: `{name}` has no `{deadline}` \
                     beside it: add it, or name the reason in \
                     tests/public_api.rs"
                ));
            }
        }
    }
    problems.report();
}

#[test]
fn each_deadline_may_be_an_instant_none_or_a_deadline() {
    let mut problems = Problems::default();
    for module in modules() {
        for (name, function) in by_name(&module) {
            let is_deadline = name.ends_with("_deadline");
            problems.unless(!is_deadline || takes_any_deadline(&function), || {
                format!(
                    "code/src/{module}.rs: `{name}` takes no `deadline: impl \
                     Into<Option<Instant>>`, so it can't be given a `Deadline`"
                )
            });
        }
    }
    problems.report();
}

#[test]
fn no_signature_names_a_type_of_a_crate_below_version_1() {
    let mut problems = Problems::default();
    for module in modules() {
        for name in foreign_names(&module, FOREIGN) {
            problems.add(format!(
                "code/src/{module}.rs: `{name}` is in a public signature, \
                 and comes from one of {FOREIGN:?}: wrap it in a type of the \
                 module"
            ));
        }
    }
    problems.report();
}

fn by_name(module: &str) -> BTreeMap<String, PublicFunction> {
    let functions = public_functions(module).into_iter();
    functions.map(|it| (it.name.clone(), it)).collect()
}

/// Whether an argument is `impl Into<Option<Instant>>`.
fn takes_any_deadline(function: &PublicFunction) -> bool {
    function.signature.inputs.iter().any(|input| {
        let FnArg::Typed(input) = input else {
            return false;
        };
        let Type::ImplTrait(bounds) = &*input.ty else {
            return false;
        };
        bounds.bounds.iter().any(|bound| {
            let TypeParamBound::Trait(bound) = bound else {
                return false;
            };
            names(&bound.path) == ["Into", "Option", "Instant"]
        })
    })
}

/// `Into<Option<Instant>>` as `["Into", "Option", "Instant"]`.
fn names(path: &syn::Path) -> Vec<String> {
    let Some(last) = path.segments.last() else {
        return Vec::new();
    };
    let mut all = vec![last.ident.to_string()];
    if let PathArguments::AngleBracketed(arguments) = &last.arguments {
        for argument in &arguments.args {
            if let GenericArgument::Type(Type::Path(inner)) = argument {
                all.extend(names(&inner.path));
            }
        }
    }
    all
}
