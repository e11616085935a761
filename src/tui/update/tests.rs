//! Key sequences.

use proptest::prelude::*;

use super::update;
use crate::ops::launch::start::StartedRun;
use crate::ops::runs::cancel::CancelOutcome;
use crate::terminal::input::{Input, Key};
use crate::tui::event::{Effect, Event, LogNews, News, Prepared, Request, Trouble};
use crate::tui::samples::{Session, environments, launch, project, run, runs, view};
use crate::tui::state::{Focus, OlderRuns, Overlay, PlaceRow, Remote};

const SIZE: (u16, u16) = (120, 40);

fn session() -> Session {
    Session::new(SIZE)
}

fn prepared(questions: &[&str]) -> News {
    News::Prepared(Ok(Box::new(Prepared::Launch {
        launch: Box::new(launch(&environments()[1])),
        questions: questions.iter().map(|text| (*text).to_owned()).collect(),
        notes: Vec::new(),
        line: "tasks invoke 'Run yarn audit'".to_owned(),
        rerun_of: None,
    })))
}

fn rerun_prepared(run: i64, questions: &[&str]) -> News {
    News::Prepared(Ok(Box::new(Prepared::Launch {
        launch: Box::new(launch(&environments()[1])),
        questions: questions.iter().map(|text| (*text).to_owned()).collect(),
        notes: vec!["TEXT=hello".to_owned()],
        line: format!("tasks rerun {run}"),
        rerun_of: Some(run),
    })))
}

fn started(result: Result<StartedRun, Trouble>) -> News {
    started_by("tasks invoke 'Run yarn audit'", result)
}

fn started_by(line: &str, result: Result<StartedRun, Trouble>) -> News {
    News::Started {
        launch: Box::new(launch(&environments()[1])),
        line: line.to_owned(),
        result,
    }
}

#[test]
fn the_checkouts_project_is_opened_first() {
    let mut session = Session::empty(SIZE);
    session.news(News::Projects(Ok(vec![
        project(2, "shop"),
        project(1, "Lagoon-demo"),
    ])));
    assert_eq!(session.names(), ["Open"]);
    session.news(News::Environments(
        "Lagoon-demo".to_owned(),
        Ok(environments()),
    ));
    // The environment of the git branch.
    assert_eq!(
        session.state.places.picked,
        Some(PlaceRow::Environment(102))
    );
    assert_eq!(session.names(), ["LoadTasks"]);
    // Another read changes nothing.
    session.news(News::Projects(Ok(vec![
        project(2, "shop"),
        project(1, "Lagoon-demo"),
    ])));
    assert_eq!(session.names(), Vec::<String>::new());
}

#[test]
fn an_unknown_project_is_reported() {
    let mut session = Session::empty(SIZE);
    session.news(News::Projects(Ok(vec![project(2, "shop")])));
    assert!(session.notice().contains("`lagoon-demo` does not exist"));
    assert!(session.state.open.is_none());
    session.keys("Enter");
    assert_eq!(session.names(), ["Open"]);
}

#[test]
fn an_unknown_environment_is_reported_if_it_was_given() {
    for is_given in [true, false] {
        let mut session = Session::empty(SIZE);
        let name = Some("nonesuch".to_owned());
        session.state.wanted_environment.clone_from(&name);
        session.state.setup.environment = name.filter(|_| is_given);
        session.news(News::Projects(Ok(vec![project(1, "lagoon-demo")])));
        session.news(News::Environments(
            "lagoon-demo".to_owned(),
            Ok(environments()),
        ));
        let complaint = "the project `lagoon-demo` has no environment `nonesuch`";
        assert_eq!(session.notice() == complaint, is_given);
        assert!(session.state.environment().is_some());
    }
}

#[test]
fn panes_are_reached_by_arrows_letters_and_tab() {
    let mut session = session();
    let focus = |session: &mut Session, keys| session.keys(keys).state.focus;
    assert_eq!(focus(&mut session, "l"), Focus::Tasks);
    assert_eq!(focus(&mut session, "Right"), Focus::Detail);
    assert_eq!(focus(&mut session, "h"), Focus::Tasks);
    assert_eq!(focus(&mut session, "Tab"), Focus::Runs);
    assert_eq!(focus(&mut session, "Tab"), Focus::Detail);
    assert_eq!(focus(&mut session, "Left"), Focus::Runs);
    assert_eq!(focus(&mut session, "BackTab BackTab"), Focus::Places);
    assert_eq!(focus(&mut session, "BackTab"), Focus::Detail);
}

#[test]
fn selecting_an_environment_reads_its_tasks_once() {
    let mut session = Session::empty(SIZE);
    session.news(News::Projects(Ok(vec![project(1, "lagoon-demo")])));
    session.news(News::Environments(
        "lagoon-demo".to_owned(),
        Ok(environments()),
    ));
    session.effects.clear();
    session.keys("j");
    assert_eq!(session.names(), ["LoadTasks"]);
    for environment in environments() {
        let view = Box::new(view(&environment));
        session.news(News::Tasks(environment.id, Ok(view)));
    }
    session.keys("k j k");
    assert_eq!(session.names(), Vec::<String>::new());
}

#[test]
fn a_project_is_closed_by_enter_and_another_replaces_it() {
    let mut session = session();
    session.keys("g Enter");
    assert_eq!(session.names(), ["Close"]);
    session.keys("j Enter");
    assert_eq!(session.names(), ["Open"]);
    assert_eq!(session.state.open.as_ref().unwrap().name, "shop");
    // News of the first one come too late.
    session.news(News::Runs("lagoon-demo".to_owned(), runs()));
    assert!(!session.state.open.as_ref().unwrap().has_runs);
}

#[test]
fn a_filter_narrows_a_list_and_esc_removes_it() {
    let mut session = session();
    session.keys("Tab /").text("cache");
    assert_eq!(session.state.shown_tasks().len(), 1);
    session.keys("Enter Enter");
    assert_eq!(session.state.focus, Focus::Detail);
    session.keys("h Esc");
    assert_eq!(session.state.shown_tasks().len(), 3);
    session.keys("BackTab /").text("pr-12");
    assert_eq!(
        session.state.place_rows(),
        [PlaceRow::Project(1), PlaceRow::Environment(103)]
    );
    // Keys of actions are text.
    session.text("q");
    assert_eq!(session.names(), Vec::<String>::new());
}

#[test]
fn a_selected_run_shows_its_log_and_others_end() {
    let mut session = session();
    session.keys("Tab Tab");
    assert_eq!(session.state.selected_run().unwrap().id, 9);
    assert_eq!(session.names(), ["ShowLog"]);
    session.news(News::Log(
        9,
        LogNews::Piece {
            text: "one\n".to_owned(),
            is_cut: false,
        },
    ));
    // Of a run that is no longer selected.
    session.news(News::Log(
        8,
        LogNews::Piece {
            text: "x\n".to_owned(),
            is_cut: false,
        },
    ));
    assert_eq!(session.state.log.as_ref().unwrap().len(), 1);
    session.keys("j");
    assert_eq!(session.names(), ["ShowLog"]);
    session.keys("l");
    assert!(matches!(session.state.overlay, Some(Overlay::Log)));
    session.keys("q BackTab");
    assert_eq!(session.names(), ["HideLog"]);
}

#[test]
fn a_new_run_does_not_move_the_selection() {
    let mut session = session();
    session.keys("Tab Tab j");
    let mut all = runs();
    all.insert(0, run(20, "Clear caches", "new", &environments()[1]));
    session.news(News::Runs("lagoon-demo".to_owned(), all));
    assert_eq!(session.state.selected_run().unwrap().id, 8);
    assert_eq!(session.state.open.as_ref().unwrap().active(), 3);
}

#[test]
fn the_same_runs_again_are_no_reason_to_draw() {
    let mut session = session();
    let mut is_drawn = |runs| {
        session.news(News::Runs("lagoon-demo".to_owned(), runs));
        session.state.is_changed
    };
    assert!(!is_drawn(runs()));
    let mut newer = runs();
    newer[0] = run(9, "Run yarn audit", "complete", &environments()[1]);
    assert!(is_drawn(newer.clone()) && !is_drawn(newer));
}

#[test]
fn a_finished_run_stays_finished_and_a_lost_one_is_removed() {
    let mut session = session();
    let place = &environments()[1];
    session.news(News::Run(run(9, "Run yarn audit", "failed", place)));
    session.news(News::Runs("lagoon-demo".to_owned(), runs()));
    let open = session.state.open.as_ref().unwrap();
    assert_eq!(open.active_in(102), 0);
    // Run 6 of main is no longer among the newest.
    session.news(News::Runs(
        "lagoon-demo".to_owned(),
        vec![run(30, "Clear caches", "complete", &environments()[0])],
    ));
    assert_eq!(session.state.open.as_ref().unwrap().active(), 0);
}

#[test]
fn invoke_opens_a_form_that_checks_values_as_they_are_typed() {
    let mut session = session();
    session.keys("Tab G i");
    let problem = |session: &Session, at: usize| match &session.state.overlay {
        Some(Overlay::Form(form)) => form.fields[at].shown_problem().map(str::to_owned),
        _ => panic!("no form"),
    };
    // FROM is optional, TEXT is not.
    assert_eq!(problem(&session, 1), None);
    session.keys("Right Right Tab Tab").text("x");
    assert_eq!(problem(&session, 1).as_deref(), Some("a value is required"));
    assert!(problem(&session, 2).unwrap().contains("digits"));
    session.keys("Backspace 3");
    assert_eq!(problem(&session, 2), None);
    // Enter in the last field starts, but a value is missing.
    session.keys("Enter");
    assert_eq!(session.names(), Vec::<String>::new());
    session.text("it's");
    // A plain y, as for a confirmation, does nothing on the button.
    session.keys("Tab Tab y");
    assert_eq!(session.names(), Vec::<String>::new());
    session.keys("^Y");
    let line = "tasks invoke 'Try arguments' -p lagoon-demo -e develop -a FROM=develop -a 'TEXT=it'\\''s' -a TIMES=3";
    assert!(matches!(&session.effects[..], [Effect::Copy(copied)] if copied == line));
    session.effects.clear();
    // Twice sent is once checked.
    session.keys("Enter Enter");
    let [Effect::Prepare(Request::Task { values, .. })] = &session.effects[..] else {
        panic!("{:?}", session.effects);
    };
    assert_eq!(values.len(), 3);
}

#[test]
fn i_on_a_run_invokes_its_task() {
    let form = |session: &Session| match &session.state.overlay {
        Some(Overlay::Form(form)) => (form.title(), form.note.clone()),
        _ => panic!("no form"),
    };
    for keys in ["Tab Tab j j i", "Tab Tab j j Enter i"] {
        let mut session = session();
        session.keys(keys);
        let title = "Invoke Try arguments on lagoon-demo/develop".to_owned();
        assert_eq!(form(&session), (title, None));
    }
    let mut session = session();
    let place = &environments()[1];
    session.news(News::Run(run(60, "exec drush", "running", place)));
    session.keys("Tab j Tab g i");
    let title = "Invoke Run yarn audit on lagoon-demo/develop".to_owned();
    let note = "lagoon-demo/develop has no task `exec drush`; this is the selected task";
    assert_eq!(form(&session), (title, Some(note.to_owned())));
}

#[test]
fn a_start_is_sent_once() {
    let mut session = session();
    session.keys("Tab j i Enter Enter Enter");
    assert_eq!(session.names(), ["Prepare"]);
    session.news(prepared(&[]));
    assert_eq!(session.names(), ["Start"]);
    // A second answer is not expected.
    session.news(prepared(&[]));
    session.keys("y Enter");
    assert!(!session.names().contains(&"Start".to_owned()));
    let run = run(40, "Run yarn audit", "new", &environments()[1]);
    session.news(started(Ok(StartedRun {
        run,
        recovered: false,
    })));
    assert_eq!(session.state.focus, Focus::Runs);
    assert_eq!(session.state.selected_run().unwrap().id, 40);
    assert_eq!(session.names(), ["ShowLog"]);
    assert!(session.state.unanswered.is_empty() && session.state.started.len() == 1);
}

#[test]
fn production_and_confirmation_texts_are_confirmed() {
    let mut session = session();
    session.keys("Tab i Enter");
    session.effects.clear();
    session.news(prepared(&["Start it on lagoon-demo/main (production)?"]));
    for key in ["Enter", "n", "Esc", "q"] {
        let mut overlay = None;
        std::mem::swap(&mut overlay, &mut session.state.overlay);
        assert!(matches!(overlay, Some(Overlay::Confirm(_))));
        session.state.overlay = overlay;
        session.keys(key);
        assert_eq!(session.names(), Vec::<String>::new());
        assert!(session.state.overlay.is_none(), "{key}");
        session.keys("i Enter");
        session.effects.clear();
        session.news(prepared(&["Start it on lagoon-demo/main (production)?"]));
    }
    session.keys("x j y y");
    let starts = session.names();
    assert_eq!(starts.iter().filter(|name| *name == "Start").count(), 1);
}

#[test]
fn a_check_that_fails_is_shown_in_the_form() {
    let mut session = session();
    session.keys("Tab j i Enter");
    session.news(News::Prepared(Err(Trouble::new("no service"))));
    let Some(Overlay::Form(form)) = &session.state.overlay else {
        panic!()
    };
    assert_eq!(form.failure.as_deref(), Some("no service"));
    assert!(!form.is_checking);
    session.keys("Esc");
    assert_eq!(session.notice(), "nothing was started");
    // The form is gone, so its answer changes nothing.
    session.news(prepared(&[]));
    assert!(!session.names().contains(&"Start".to_owned()));
}

#[test]
fn exec_asks_for_service_and_command() {
    let mut session = session();
    session.keys("x").text("drush cr");
    session.keys("Enter");
    let [
        Effect::Prepare(Request::Command {
            service,
            command,
            line,
            ..
        }),
    ] = &session.effects[..]
    else {
        panic!("{:?}", session.effects);
    };
    assert_eq!((service.as_str(), command.as_str()), ("cli", "drush cr"));
    assert_eq!(
        line,
        "tasks exec -p lagoon-demo -e develop -s cli -- drush cr"
    );
}

#[test]
fn cancel_asks_first_and_refuses_a_finished_run() {
    let mut session = session();
    session.keys("Tab Tab j c");
    assert!(
        session
            .notice()
            .contains("has already failed; nothing to cancel")
    );
    session.effects.clear();
    session.keys("k c Enter c n");
    assert!(!session.names().contains(&"Cancel".to_owned()));
    session.keys("c y y");
    let copied = session.names();
    assert_eq!(copied.iter().filter(|name| *name == "Cancel").count(), 1);
    let place = &environments()[1];
    let cancelled = run(9, "Run yarn audit", "running", place);
    session.news(News::CancelSent(cancelled, Ok(CancelOutcome::Unknown)));
    assert!(session.notice().contains("unknown whether run 9"));
}

#[test]
fn a_rerun_is_confirmed_in_a_dialog_that_no_typed_key_can_answer_unseen() {
    let mut session = session();
    session.keys("Tab Tab r y y");
    let sent = session.names();
    assert_eq!(sent.iter().filter(|name| *name == "Prepare").count(), 1);
    session.news(rerun_prepared(9, &["Start another?"]));
    let Some(Overlay::Confirm(confirm)) = &session.state.overlay else {
        panic!()
    };
    assert_eq!(confirm.title, "Rerun run 9 of Run yarn audit?");
    let text = [
        "Environment: lagoon-demo/develop",
        "TEXT=hello",
        "Start another?",
    ];
    assert_eq!(confirm.text, text);
    session.keys("y");
    assert_eq!(session.names(), ["Start"]);
    // Closed before the answer.
    session.keys("r Esc");
    session.news(rerun_prepared(9, &[]));
    // The check of a form that was closed does not answer for a rerun.
    session.keys("BackTab j i Enter Esc Tab r");
    session.effects.clear();
    session.news(prepared(&[]));
    assert!(matches!(&session.state.overlay, Some(Overlay::Waiting(_))));
    assert_eq!(session.names(), Vec::<String>::new());
}

#[test]
fn a_rerun_without_known_values_opens_a_form() {
    let mut session = session();
    session.keys("Tab Tab r");
    session.news(News::Prepared(Ok(Box::new(Prepared::Form {
        environment: environments()[1].clone(),
        definition: Box::new(crate::tui::samples::tasks().remove(2)),
        note: "the task has changed".to_owned(),
    }))));
    assert!(matches!(&session.state.overlay, Some(Overlay::Form(form)) if form.note.is_some()));
}

#[test]
fn an_unknown_start_is_shown_and_not_repeated() {
    let mut session = session();
    session.keys("Tab j i Enter");
    session.news(prepared(&[]));
    session.effects.clear();
    let unknown = "it is unknown whether a run was started";
    session.news(started(Err(Trouble::new(unknown))));
    assert!(matches!(&session.state.overlay, Some(Overlay::Message(_))));
    session.keys("Enter Enter");
    assert!(!session.names().contains(&"Start".to_owned()));
}

#[test]
fn quitting_waits_for_a_reply_once() {
    let mut session = session();
    session.keys("Tab j i Enter");
    session.news(prepared(&[]));
    session.effects.clear();
    session.keys("q");
    assert_eq!(session.names(), Vec::<String>::new());
    assert!(session.notice().contains("waiting for Lagoon's reply"));
    let run = run(40, "Run yarn audit", "new", &environments()[1]);
    session.news(started(Ok(StartedRun {
        run,
        recovered: false,
    })));
    assert!(session.names().contains(&"Quit".to_owned()));
    let mut other = self::session();
    other.keys("Tab j i Enter");
    other.news(prepared(&[]));
    other.effects.clear();
    other.keys("^C ^C");
    assert_eq!(other.names(), ["Quit"]);
    assert_eq!(other.state.unanswered.len(), 1);
}

#[test]
fn the_end_of_a_started_run_is_reported_while_another_is_shown() {
    let mut session = session();
    session.keys("Tab j i Enter");
    session.news(prepared(&[]));
    let place = &environments()[1];
    let with = |status| run(40, "Run yarn audit", status, place);
    session.news(started(Ok(StartedRun {
        run: with("new"),
        recovered: false,
    })));
    let shown = session.notice().to_owned();
    session.news(News::Runs("lagoon-demo".to_owned(), vec![with("running")]));
    assert_eq!(session.notice(), shown);
    session.keys("Tab Tab");
    session.keys("Tab j");
    session.news(News::Runs("lagoon-demo".to_owned(), vec![with("failed")]));
    assert_eq!(
        session.notice(),
        "run 40 of Run yarn audit: failed after 1 min"
    );
    assert!(session.state.started[0].outcome().is_finished());
}

#[test]
fn a_notice_disappears_at_the_next_key_or_after_5_seconds() {
    let mut session = session();
    session.keys("y");
    assert_eq!(
        session.notice(),
        "copied: tasks list -p lagoon-demo -e develop"
    );
    session.event(Event::Input(Input::Resize(100, 30)));
    assert!(session.notice().starts_with("copied"));
    session.keys("j");
    assert_eq!(session.notice(), "");
    session.keys("y");
    for (seconds, is_shown) in [(4, true), (1, false)] {
        session.state.now += jiff::SignedDuration::from_secs(seconds);
        session.event(Event::Tick);
        assert_eq!(session.state.notice.is_some(), is_shown);
    }
}

#[test]
fn replies_in_another_order_leave_the_right_change_unanswered() {
    let mut session = session();
    session.keys("Tab j i Enter");
    session.news(prepared(&[]));
    session.keys("Tab c y");
    assert_eq!(session.state.unanswered.len(), 2);
    session.news(started(Err(Trouble::new("refused"))));
    assert_eq!(session.state.unanswered, ["tasks cancel 9"]);
    let cancelled = run(9, "Run yarn audit", "running", &environments()[1]);
    session.news(News::CancelSent(cancelled, Ok(CancelOutcome::Accepted)));
    assert!(session.state.unanswered.is_empty());
}

#[test]
fn a_failure_waits_until_a_form_is_closed() {
    let mut session = session();
    session.keys("Tab j i Enter");
    session.news(prepared(&[]));
    session.keys("x").text("drush");
    session.news(started(Err(Trouble::new("refused"))));
    assert_eq!(session.notice(), "refused");
    session.text(" cr");
    let Some(Overlay::Form(form)) = &session.state.overlay else {
        panic!()
    };
    assert_eq!(form.fields[1].line.text(), "drush cr");
    session.keys("Esc");
    assert!(
        matches!(&session.state.overlay, Some(Overlay::Message(shown)) if shown.text == "refused")
    );
    session.keys("Esc");
    assert!(session.state.overlay.is_none() && session.state.troubles.is_empty());
}

#[test]
fn q_closes_what_is_open_before_it_quits() {
    let mut session = session();
    for keys in ["? q", "w q", "Tab Tab l q"] {
        session.keys(keys);
        assert!(session.state.overlay.is_none(), "{keys}");
        assert!(!session.names().contains(&"Quit".to_owned()), "{keys}");
    }
    session.keys("q");
    assert_eq!(session.names(), ["Quit"]);
}

#[test]
fn active_runs_of_all_projects_lead_to_their_place() {
    let mut session = session();
    session.keys("w");
    assert_eq!(session.names(), ["WatchActive"]);
    let mut place = environments()[0].clone();
    place.project = project(2, "shop");
    place.id = 201;
    let active = vec![run(50, "Reindex", "running", &place)];
    session.news(News::Active("shop".to_owned(), Ok(active)));
    session.news(News::Active("x".to_owned(), Err(Trouble::new("no answer"))));
    session.news(News::ActiveRead);
    session.keys("Enter");
    assert_eq!(session.names(), ["EndActive", "Open"]);
    session.news(News::Environments("shop".to_owned(), Ok(vec![place])));
    assert_eq!(session.state.environment().unwrap().id, 201);
    assert_eq!(session.state.selected_run().unwrap().id, 50);
}

#[test]
fn older_runs_are_read_at_the_end_of_the_list_once() {
    let mut session = session();
    let place = &environments()[1];
    let many = (1..=50).map(|id| run(id, "Clear caches", "complete", place));
    session.news(News::Runs("lagoon-demo".to_owned(), many.collect()));
    session.keys("Tab Tab");
    session.effects.clear();
    session.keys("G k G");
    let names = session.names();
    assert_eq!(
        names.iter().filter(|name| *name == "LoadAllRuns").count(),
        1
    );
    let all = (1..=10_000).map(|id| run(id, "Clear caches", "complete", place));
    session.news(News::AllRuns(102, Ok(all.collect())));
    assert_eq!(session.state.shown_runs().len(), 10_000);
    let runs = session.state.open.as_ref().unwrap().runs().unwrap();
    assert_eq!(runs.older, OlderRuns::Ready);
}

#[test]
fn a_failed_read_is_shown_and_known_data_stay() {
    let mut session = session();
    session.news(News::Projects(Err(Trouble::new("no answer"))));
    assert!(session.state.projects.ready().is_some());
    session.news(News::RunsFailed(
        "lagoon-demo".to_owned(),
        Trouble::new("no answer"),
    ));
    assert_eq!(session.state.shown_runs().len(), 3);
    session.news(News::Runs("lagoon-demo".to_owned(), runs()));
    assert!(session.state.open.as_ref().unwrap().trouble.is_none());
    let mut empty = Session::empty(SIZE);
    empty.news(News::Projects(Err(Trouble::new("no answer"))));
    assert!(matches!(empty.state.projects, Remote::Failed(_)));
    empty.keys("R");
    assert!(matches!(empty.state.projects, Remote::Loading));
    assert_eq!(empty.names(), ["LoadProjects"]);
}

#[test]
fn y_copies_the_command_of_the_selection() {
    let mut session = session();
    for (keys, line) in [
        ("y", "tasks list -p lagoon-demo -e develop"),
        (
            "Tab y",
            "tasks invoke 'Clear caches' -p lagoon-demo -e develop --yes",
        ),
        ("Tab y", "tasks logs 9 -f"),
        ("j y", "tasks logs 8"),
        ("w y", "tasks runs -A --active"),
        ("q BackTab BackTab g y", "tasks environments -p lagoon-demo"),
    ] {
        session.effects.clear();
        session.keys(keys);
        let copied = session.effects.iter().find_map(|effect| match effect {
            Effect::Copy(line) => Some(line.as_str()),
            _ => None,
        });
        assert_eq!(copied, Some(line), "{keys}");
    }
}

#[test]
fn a_run_is_opened_in_the_browser_and_its_files_are_downloaded() {
    let mut session = session();
    session.keys("d o");
    assert_eq!(session.notice(), "select a run first");
    session.keys("Tab Tab");
    session.effects.clear();
    session.keys("o d");
    let page =
        "https://ui.example.com/projects/lagoon-demo/lagoon-demo-develop/tasks/lagoon-task-9";
    assert!(matches!(&session.effects[0], Effect::Browse(address) if address == page));
    assert!(matches!(&session.effects[1], Effect::FindExisting(run) if run.id == 9));
    session.effects.clear();
    session.news(existing(9, &[]));
    assert_eq!(session.names(), ["Download"]);
    assert_eq!(session.notice(), "downloading: tasks files get 9 -O run-9");
    session.news(News::Downloaded(Ok(vec![
        "run-9/a".into(),
        "run-9/b".into(),
    ])));
    assert_eq!(session.notice(), "saved 2 files in run-9");
}

fn existing(run: i64, paths: &[&str]) -> News {
    let run = self::run(run, "Run yarn audit", "running", &environments()[1]);
    News::Existing(run, Ok(paths.iter().map(Into::into).collect()))
}

#[test]
fn existing_files_are_replaced_only_after_a_confirmation() {
    let mut session = session();
    session.keys("Tab Tab");
    session.effects.clear();
    session.keys("d");
    session.news(existing(9, &["run-9/b"]));
    let Some(Overlay::Confirm(confirm)) = &session.state.overlay else {
        panic!()
    };
    assert_eq!(confirm.text, ["run-9/b exists; replace it?"]);
    let line = "tasks files get 9 -O run-9 --force";
    assert_eq!(confirm.line.as_deref(), Some(line));
    session.keys("Enter");
    assert_eq!(session.names(), ["FindExisting"]);
    session.keys("d y");
    session.news(existing(9, &["run-9/a", "run-9/b"]));
    assert_eq!(session.names(), ["FindExisting"]);
    session.keys("y");
    let is_replacing =
        |effect: &Effect| matches!(effect, Effect::Download { is_replacing, .. } if *is_replacing);
    assert!(session.effects.iter().all(is_replacing));
    assert_eq!(session.names(), ["Download"]);
    // Closed before the reply.
    session.keys("d Esc");
    session.news(existing(9, &[]));
    assert_eq!(session.names(), ["FindExisting"]);
}

#[test]
fn the_mouse_selects_opens_and_scrolls() {
    let mut session = session();
    let layout = session.state.layout();
    let at = |area: ratatui::layout::Rect, row: u16| Input::Click(area.x + 2, area.y + 1 + row);
    session.event(Event::Input(at(layout.runs, 1)));
    assert_eq!(session.state.selected_run().unwrap().id, 8);
    session.event(Event::Input(at(layout.runs, 1)));
    assert_eq!(session.state.focus, Focus::Detail);
    session.event(Event::Input(at(layout.tasks, 2)));
    assert_eq!(session.state.selected_task().unwrap().id, 13);
    // The frame and the empty part below select nothing.
    session.event(Event::Input(at(layout.tasks, 30)));
    session.event(Event::Input(Input::Wheel(
        layout.runs.x + 1,
        layout.runs.y + 1,
        3,
    )));
    assert_eq!(session.state.selected_run().unwrap().id, 7);
    session.event(Event::Input(at(layout.places, 1)));
    assert_eq!(session.state.environment().unwrap().name, "develop");
}

fn news(news: News) -> Event {
    Event::News(Box::new(news))
}

fn any_event() -> impl Strategy<Value = Event> {
    let texts = ["lagoon-demo", "\u{1b}[2J\u{202e}", "清除缓存", ""];
    let text = prop::sample::select(texts.to_vec()).prop_map(str::to_owned);
    let keys = "jkhlgGnNixcrldwyo/?qR \u{7f}ü清";
    let letters: Vec<char> = keys.chars().collect();
    let named = [
        Key::Enter,
        Key::Esc,
        Key::Tab,
        Key::BackTab,
        Key::Backspace,
        Key::Delete,
        Key::Up,
        Key::Down,
        Key::Left,
        Key::Right,
        Key::Home,
        Key::End,
        Key::PageUp,
        Key::PageDown,
        Key::Ctrl('u'),
        Key::Ctrl('w'),
        Key::Ctrl('y'),
    ];
    prop_oneof![
        8 => prop::sample::select(letters).prop_map(|c| Event::Input(Input::Key(Key::Char(c)))),
        4 => prop::sample::select(named.to_vec()).prop_map(|key| Event::Input(Input::Key(key))),
        1 => (0_u16..140, 0_u16..60).prop_map(|(x, y)| Event::Input(Input::Click(x, y))),
        1 => (0_u16..140, 0_u16..60, -9_i16..9).prop_map(|(x, y, by)| Event::Input(Input::Wheel(x, y, by))),
        1 => (0_u16..140, 0_u16..60).prop_map(|(x, y)| Event::Input(Input::Resize(x, y))),
        1 => text.clone().prop_map(|text| Event::Input(Input::Paste(text))),
        1 => any::<()>().prop_map(|()| Event::Tick),
        1 => text.clone().prop_map(|text| news(News::Projects(Ok(vec![project(1, &text)])))),
        1 => any::<()>().prop_map(|()| news(News::Environments("lagoon-demo".to_owned(), Ok(environments())))),
        1 => any::<()>().prop_map(|()| news(News::Runs("lagoon-demo".to_owned(), runs()))),
        1 => (text.clone(), 6_i64..11).prop_map(|(text, run)| news(News::Log(run, LogNews::Piece { text, is_cut: true }))),
        1 => text.prop_map(|text| news(News::Prepared(Err(Trouble::new(text))))),
        1 => any::<()>().prop_map(|()| news(prepared(&["Sure?"]))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_sequence_of_events_panics_or_starts_twice(events in prop::collection::vec(any_event(), 0..120)) {
        let mut session = session();
        for event in events {
            let is_confirmed = matches!(
                (&event, &session.state.overlay),
                (Event::Input(Input::Key(Key::Char('y'))), Some(Overlay::Confirm(_)))
            ) || matches!((&event, &session.state.overlay), (Event::News(_), Some(Overlay::Form(_))));
            let effects = update(&mut session.state, event);
            let starts = effects.iter().filter(|effect| matches!(effect, Effect::Start(..) | Effect::Cancel(_)));
            prop_assert!(starts.count() <= usize::from(is_confirmed));
            crate::tui::view::tests::drawn(&session.state);
        }
    }
}
