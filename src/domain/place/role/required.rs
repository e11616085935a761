//! The role that Lagoon requires, from the message of its refusal (seen on Lagoon 2.33.1).

const PLATFORM_OWNER: &str = "the role platform owner";

/// `None` for a message of another form. Completes the sentence "this requires …".
pub(crate) fn required(message: &str) -> Option<&'static str> {
    let (_, rest) = message.split_once("permission to \"")?;
    let (action, rest) = rest.split_once("\" on \"")?;
    let (resource, _) = rest.split_once('"')?;
    Some(match (resource, action) {
        ("project" | "environment" | "task", "view") | ("advanced_task", "invoke:guest") => {
            "a role in a group of the project"
        }
        ("task", "add:development" | "cancel:development" | "addNoExec" | "update" | "delete")
        | ("advanced_task", "invoke:developer") => "the role developer",
        ("task", "add:production" | "cancel:production")
        | ("advanced_task", "invoke:maintainer")
        | ("group", "update") => "the role maintainer",
        ("advanced_task", _) | (_, "viewAll") => PLATFORM_OWNER,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_required_role_is_read_from_the_refusal() {
        let of = |action: &str, resource: &str| {
            required(&format!(
                "not allowed: Unauthorized: You don't have permission to \"{action}\" on \"{resource}\""
            ))
        };
        assert_eq!(of("add:development", "task"), Some("the role developer"));
        assert_eq!(of("add:production", "task"), Some("the role maintainer"));
        assert_eq!(of("update", "group"), Some("the role maintainer"));
        assert_eq!(of("create:advanced", "advanced_task"), Some(PLATFORM_OWNER));
        assert_eq!(of("delete:advanced", "advanced_task"), Some(PLATFORM_OWNER));
        let member = Some("a role in a group of the project");
        assert_eq!(of("view", "project"), member);
        assert_eq!(of("fly", "task"), None);
        assert_eq!(required("not allowed: Unauthorized"), None);
    }
}
