//! Replies with their lists in another order, wherever Lagoon guarantees none.

use std::net::SocketAddr;
use std::time::Duration;

use fastrand::Rng;
use serde_json::Value;

use super::proxy::{Fault, Proxy};

/// A reply whose lists come in another order. The seed decides which.
pub(crate) fn fault(seed: u64) -> Fault {
    Fault::rewritten(move |reply| {
        // The paths of errors count the elements of lists.
        if reply.get("errors").is_none() {
            shuffle(reply, &mut Rng::with_seed(seed));
        }
    })
}

/// Stands in front of a Lagoon and returns the lists of each reply in another order.
pub(crate) fn proxy(upstream: SocketAddr) -> Proxy {
    let mut seed = 0;
    Proxy::drawing(upstream, Duration::ZERO, move |_| {
        seed += 1;
        fault(seed)
    })
}

fn shuffle(value: &mut Value, rng: &mut Rng) {
    match value {
        Value::Array(items) => {
            for part in items.chunk_by_mut(|a, b| place(a) == place(b)) {
                reorder(part, rng);
            }
            items.iter_mut().for_each(|item| shuffle(item, rng));
        }
        Value::Object(fields) => fields.values_mut().for_each(|value| shuffle(value, rng)),
        _ => {}
    }
}

/// Never the order that it was, where all elements are different.
fn reorder(items: &mut [Value], rng: &mut Rng) {
    let before = items.to_vec();
    rng.shuffle(items);
    if items == before.as_slice() {
        items.reverse();
    }
}

/// The sort key of an element in its list: the scope of a definition, the second in which a run
/// was created. Nothing for all others.
fn place(item: &Value) -> String {
    if item.get("taskName").is_some() {
        return item["created"].to_string();
    }
    let is_definition = item["__typename"]
        .as_str()
        .is_some_and(|name| name.starts_with("AdvancedTaskDefinition"));
    if !is_definition {
        return String::new();
    }
    let scopes = ["environment", "project", "groupName"];
    let scope = scopes.iter().find(|scope| !item[**scope].is_null());
    scope.map_or("system", |scope| *scope).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn guaranteed_orders_are_kept() {
        let definition = |id, project: Option<i64>| json!({"__typename": "AdvancedTaskDefinitionCommand", "id": id, "project": project});
        let run = |id, second| json!({"taskName": "t", "id": id, "created": second});
        let reply = json!({
            "names": ["a", "b"],
            "definitions": [definition(1, Some(4)), definition(2, Some(4)), definition(3, None)],
            "runs": [run(3, 1), run(2, 0), run(1, 0)],
        });
        let mut shuffled = reply.clone();
        shuffle(&mut shuffled, &mut Rng::with_seed(1));
        let ids = |list: &Value| -> Vec<i64> {
            let items = list.as_array().unwrap().iter();
            items.map(|item| item["id"].as_i64().unwrap()).collect()
        };
        assert_eq!(shuffled["names"], json!(["b", "a"]));
        assert_eq!(ids(&shuffled["definitions"]), [2, 1, 3]);
        assert_eq!(ids(&shuffled["runs"]), [3, 1, 2]);
    }
}
