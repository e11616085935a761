//! Users, as the sandbox shows them.

use lagoon_sandbox::{Identity, Seed};
use serde_json::{Value, json};

use super::Talk;

#[tokio::test(flavor = "multi_thread")]
async fn platform_roles_are_read_by_email_only() {
    let talk = Talk::start(Seed::Demo).await;
    let own = "{me{platformRoles}}";
    let answer = talk.ask(Identity::PlatformOwner, own, Value::Null).await;
    assert_eq!(answer, json!({"data": {"me": {"platformRoles": null}}}));
    let query = "query($e:String!){userByEmail(email:$e){email platformRoles}}";
    let look = async |as_, name: &str| {
        let variables = json!({"e": format!("{name}@example.com")});
        talk.ask(as_, query, variables).await
    };
    let refused = "Unauthorized: You don't have permission to \"viewAll\" on \"user\"";
    for (as_, name, roles) in [
        (Identity::Guest, "guest", Ok(json!([]))),
        (
            Identity::PlatformViewer,
            "PlatformViewer",
            Ok(json!(["VIEWER"])),
        ),
        (
            Identity::PlatformViewer,
            "platformowner",
            Ok(json!(["OWNER"])),
        ),
        (
            Identity::PlatformOwner,
            "platformowner",
            Ok(json!(["OWNER"])),
        ),
        (
            Identity::LegacyAdmin,
            "platformviewer",
            Ok(json!(["VIEWER"])),
        ),
        (Identity::Owner, "platformviewer", Err(refused)),
        (
            Identity::Guest,
            "nobody",
            Err("User not found: nobody@example.com"),
        ),
    ] {
        let answer = look(as_, name).await;
        match roles {
            Ok(roles) => assert_eq!(answer["data"]["userByEmail"]["platformRoles"], roles),
            Err(message) => assert_eq!(answer["errors"][0]["message"], message),
        }
    }
}
