"""The addresses of the team: people, roles, approvals, and one's own account."""

from django.urls import URLPattern, path

from regulars.backoffice.pages.team import approval_rules, approvals, me, people, person, person_state, roles

urlpatterns: list[URLPattern] = [
    path("people/", people.people, name="people"),
    path("people/new/", people.new_person, name="new_person"),
    path("people/<int:person_id>/", person.person, name="person"),
    path("people/<int:person_id>/name/", person.name, name="person_name"),
    path("people/<int:person_id>/role/", person.role, name="person_role"),
    path("people/<int:person_id>/role/preview/", person.role_preview, name="role_preview"),
    path("people/<int:person_id>/stores/", person.stores, name="person_stores"),
    path("people/<int:person_id>/grants/new/", person.new_grant, name="new_grant"),
    path("people/<int:person_id>/grants/<int:grant_id>/take/", person.drop_grant, name="drop_grant"),
    path("people/<int:person_id>/lock/", person_state.lock, name="lock_person"),
    path("people/<int:person_id>/let-in/", person_state.let_in, name="let_in"),
    path("people/<int:person_id>/let-go/", person_state.let_go, name="let_go"),
    path("people/<int:person_id>/sign-out/", person_state.sign_out, name="sign_out_person"),
    path("people/<int:person_id>/pin/remove/", person_state.drop_pin, name="drop_pin"),
    path("people/<int:person_id>/invite/", person_state.invite, name="invite_person"),
    path("roles/", roles.roles, name="roles"),
    path("roles/new/", roles.new_role, name="new_role"),
    path("roles/second-factor/", roles.second_factor, name="second_factor"),
    path("roles/<int:role_id>/", roles.role, name="role"),
    path("roles/<int:role_id>/remove/", roles.drop_role, name="drop_role"),
    path("approvals/", approvals.approvals, name="approvals"),
    path("approvals/rules/", approval_rules.approval_rules, name="approval_rules"),
    path("approvals/rules/suggested/", approval_rules.suggested, name="suggested_rules"),
    path("approvals/rules/<int:rule_id>/remove/", approval_rules.drop, name="drop_rule"),
    path("approvals/<int:approval_id>/", approvals.approval, name="approval"),
    path("me/", me.me, name="me"),
    path("me/pin/", me.my_pin, name="my_pin"),
    path("me/sign-out/", me.sign_out_elsewhere, name="sign_out_elsewhere"),
]
