//! Consent of the user, whom the client asks (elicitation).

use rmcp::model::{
    BooleanSchema, ElicitRequestParams, ElicitResult, ElicitationAction, ElicitationSchema,
};
use rmcp::service::ElicitationMode;

use super::call::Caller;
use super::result::Failure;
use crate::error::Error;
use crate::terminal::clean_text;

const ANSWER: &str = "confirm";

/// Asks the user, and fails unless the answer is yes. `command` does the same in a terminal.
pub(super) async fn require(
    caller: &Caller<'_>,
    question: &str,
    command: &str,
) -> Result<(), Failure> {
    let modes = caller.peer().supported_elicitation_modes();
    if !modes.contains(&ElicitationMode::Form) {
        let message = format!("confirmation required: {question}");
        let error = Error::usage(message).hint(
            "this client does not support elicitation, so the server could not ask the user, and nothing was done",
        );
        return Err(error
            .hint(format!("to do it in a terminal: {command}"))
            .into());
    }
    let request = caller.peer().create_elicitation(form(question)?);
    let answer = tokio::select! {
        answer = request => answer,
        () = caller.stopped() => return Err(Failure::Stopped),
    };
    match answer {
        Ok(answer) => Ok(check(&answer)?),
        Err(error) => {
            let message = "the client did not ask its user; nothing was done";
            Err(Error::failed(message).because(error).into())
        }
    }
}

fn form(question: &str) -> Result<ElicitRequestParams, Error> {
    let yes = BooleanSchema::new().title("Yes, do it").with_default(false);
    let schema = ElicitationSchema::builder()
        .required_bool_property(ANSWER, |_| yes)
        .build();
    let requested_schema = schema.map_err(|why| Error::failed(format!("cannot ask: {why}")))?;
    Ok(ElicitRequestParams::FormElicitationParams {
        meta: None,
        message: clean_text(question),
        requested_schema,
    })
}

/// Only the explicit yes counts: a client may accept an empty form by itself.
fn check(answer: &ElicitResult) -> Result<(), Error> {
    let why = match &answer.action {
        ElicitationAction::Accept => {
            let content = answer.content.as_ref();
            if content.is_some_and(|content| content[ANSWER] == true) {
                return Ok(());
            }
            "the user did not confirm"
        }
        ElicitationAction::Decline => "the user declined",
        _ => "the user dismissed the question",
    };
    Err(Error::usage(format!("{why}; nothing was done")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_an_explicit_yes_confirms() {
        let with = |action: ElicitationAction, content| {
            check(&ElicitResult::new(action).with_content(content)).is_ok()
        };
        assert!(with(ElicitationAction::Accept, json!({"confirm": true})));
        for content in [
            json!({"confirm": false}),
            json!({}),
            json!(null),
            json!({"confirm": "yes"}),
        ] {
            assert!(
                !with(ElicitationAction::Accept, content.clone()),
                "{content}"
            );
        }
        assert!(!with(ElicitationAction::Decline, json!({"confirm": true})));
        assert!(!with(ElicitationAction::Cancel, json!({"confirm": true})));
        assert!(check(&ElicitResult::new(ElicitationAction::Accept)).is_err());
    }
}
