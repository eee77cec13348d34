/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What `rolegate doctor` finds besides PAM's configuration: each finding, and its absence. */
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static const char enforcing[] =
	"catalogs = [ \"workspace\", \"host\" ];\n"
	"assign = ( { user = \"alice\"; roles = [ \"owner\" ]; },\n"
	"  { user = \"ann\"; roles = [ \"owner\" ]; }, { user = \"bob\"; roles = [ \"user\" ]; } );\n";
static const char grouped[] = "catalogs = [ \"workspace\", \"host\" ];\n"
			      "assign = ( { user = \"alice\"; roles = [ \"owner\" ]; } );\n"
			      "role_groups = ( { role = \"administrator\"; group = \"adm\"; } );\n";
static const char listed[] =
	"catalogs = [ \"workspace\", \"host\" ];\n"
	"assign = ( { user = \"alice\"; roles = [ \"owner\" ]; } );\n"
	"role_groups = ( { role = \"administrator\"; group = \"adm\"; members = true; } );\n";
static const char to_groups[] = "catalogs = [ \"workspace\", \"host\" ];\n"
				"assign = ( { user = \"alice\"; roles = [ \"owner\" ]; },\n"
				"  { group = \"staff\"; roles = [ \"administrator\" ]; } );\n";
static const char single[] = "catalogs = [ \"workspace\", \"host\" ];\n"
			     "assign = ( { user = \"alice\"; roles = [ \"owner\" ]; } );\n";
static const char loose[] =
	"catalogs = [ \"workspace\", \"host\" ];\n"
	"assign = ( { user = \"alice\"; roles = [ \"owner\" ]; } );\n"
	"services = ( { name = \"ftp\"; require = [ \"host.ftp\" ]; mode = \"permissive\"; } );\n";

#define PASSWD                                                                                     \
	"root:x:0:0::/root:/bin/sh\ndaemon:x:1:1::/:/bin/false\nalice:x:1000:1000::/:/bin/sh\n"    \
	"ann:x:1001:1001::/:/bin/sh\nbob:x:1002:1002::/:/bin/sh\n"
#define GROUP "root:x:0:\nsudo:x:27:\nstaff:x:50:bob,alice\nalice:x:1000:\nbob:x:1002:\n"
#define SHADOW "root:$6$x:1::::::\nalice:$6$x:1::::::\nann:$6$x:1::::::\nbob:$6$x:1::::::\n"
#define PEOPLE                                                                                     \
	{ "etc/passwd", PASSWD, 0 }, { "etc/group", GROUP, 0 },                                    \
	{                                                                                          \
		"etc/shadow", SHADOW, 0                                                            \
	}
#define SUDOERS(text)                                                                              \
	PEOPLE,                                                                                    \
	{                                                                                          \
		"etc/sudoers", text, 0                                                             \
	}
#define GUARDED_SUDO                                                                               \
	{                                                                                          \
		"etc/pam.d/sudo", "account requisite pam_rolegate.so\n", 0                         \
	}

struct file {
	const char *path, *text;
	unsigned int mode; /* 0: 0644 */
};

/*
 * One host. want: what is among the findings, as `severity id FILE:LINE` (`-` for no file); text: a
 * part of its sentence, or of its why; unwanted: ids that are not.
 */
static const struct {
	const char *name, *policy;
	struct file files[6];
	const char *want, *text, *unwanted[4];
} cases[] = {
	{ "D4 a host that is in order",
	  enforcing,
	  { SUDOERS("root ALL=(ALL:ALL) ALL\n") },
	  NULL,
	  NULL,
	  { "file-untrusted", "not-looked-at", "sudo-gives-everything", "owner-unusable" } },

	/* Sudoers. */
	{ "G1 a non-owner with usermod",
	  enforcing,
	  { SUDOERS("bob ALL = /usr/sbin/usermod\n") },
	  "high sudo-round-gate /etc/sudoers:1",
	  "bob may run `/usr/sbin/usermod` as root",
	  { NULL } },
	{ "G1 an owner with usermod",
	  enforcing,
	  { SUDOERS("alice ALL = /usr/sbin/usermod\n") },
	  NULL,
	  NULL,
	  { "sudo-round-gate" } },
	{ "G1 a non-owner with usermod, not as root",
	  enforcing,
	  { SUDOERS("bob ALL = (daemon) /usr/sbin/usermod\n") },
	  NULL,
	  NULL,
	  { "sudo-round-gate" } },
	{ "G1 a non-owner with usermod, by uid",
	  enforcing,
	  { SUDOERS("#1002 ALL = (#0) /usr/sbin/usermod\n") },
	  "high sudo-round-gate /etc/sudoers:1",
	  "bob may",
	  { NULL } },
	{ "G1 by a group's list",
	  enforcing,
	  { SUDOERS("\n%staff ALL = NOPASSWD: /sbin/usermod\n") },
	  "high sudo-round-gate /etc/sudoers:2",
	  "bob may run `/sbin/usermod` as root by sudo, without",
	  { NULL } },
	{ "G1 by a primary group",
	  enforcing,
	  { SUDOERS("%#1002 ALL = /usr/sbin/usermod\n") },
	  "high sudo-round-gate /etc/sudoers:1",
	  "bob may",
	  { NULL } },
	{ "G1 a group of nobody",
	  enforcing,
	  { SUDOERS("%sudo ALL = ALL\n") },
	  NULL,
	  NULL,
	  { "sudo-gives-everything" } },
	{ "G1 a group of an owner",
	  enforcing,
	  { SUDOERS("%alice ALL = ALL\n") },
	  NULL,
	  NULL,
	  { "sudo-gives-everything" } },
	{ "G1 aliases",
	  enforcing,
	  { SUDOERS("ADMINS HERE = (DB, SUPER) SETTERS\nUser_Alias ADMINS = alice, bob\n"
		    "Runas_Alias SUPER = root : DB = daemon\nHost_Alias HERE = one\n"
		    "Cmnd_Alias SETTERS = /bin/true, /usr/bin/passwd [A-Za-z]*\n") },
	  "high sudo-round-gate /etc/sudoers:1",
	  "bob may run `SETTERS`",
	  { NULL } },
	{ "G1 an alias with somebody taken out",
	  enforcing,
	  { SUDOERS("User_Alias ADMINS = alice, bob, !bob\nADMINS ALL = ALL\n") },
	  NULL,
	  NULL,
	  { "sudo-gives-everything" } },
	{ "G1 everybody",
	  enforcing,
	  { SUDOERS("ALL ALL = ALL\n") },
	  "medium sudo-gives-everything /etc/sudoers:1",
	  "everybody may run `ALL`",
	  { NULL } },
	{ "G1 everything but something is everything",
	  enforcing,
	  { SUDOERS("bob ALL = ALL, !/usr/bin/passwd, !/bin/su\n") },
	  "medium sudo-gives-everything /etc/sudoers:1",
	  "by a copy",
	  { "sudo-round-gate" } },
	{ "G1 as anybody but root",
	  enforcing,
	  { SUDOERS("bob ALL = (ALL, !root) ALL\n") },
	  NULL,
	  NULL,
	  { "sudo-gives-everything" } },
	{ "G1 as a member of root's group",
	  enforcing,
	  { SUDOERS("bob ALL = (%root) ALL\n") },
	  "medium sudo-gives-everything /etc/sudoers:1",
	  "bob may run `ALL` as root",
	  { NULL } },
	{ "G1 as a member of root's group, by gid",
	  enforcing,
	  { SUDOERS("bob ALL = (%#0) ALL\n") },
	  "medium sudo-gives-everything /etc/sudoers:1",
	  "bob may run `ALL` as root",
	  { NULL } },
	{ "G1 as a member of a group that lists root",
	  enforcing,
	  { { "etc/passwd", PASSWD, 0 },
	    { "etc/group", GROUP "wheel:x:10:ann,root\n", 0 },
	    { "etc/sudoers", "bob ALL = (%wheel) ALL\n", 0 } },
	  "medium sudo-gives-everything /etc/sudoers:1",
	  "bob may run `ALL` as root",
	  { NULL } },
	{ "G1 as a member of the group that passwd says is root's",
	  enforcing,
	  { { "etc/passwd", "root:x:0:50::/root:/bin/sh\nbob:x:1002:1002::/:/bin/sh\n", 0 },
	    { "etc/group", GROUP, 0 },
	    { "etc/sudoers", "bob ALL = (%#50) ALL\n", 0 } },
	  "medium sudo-gives-everything /etc/sudoers:1",
	  "bob may run `ALL` as root",
	  { NULL } },
	{ "G1 as a member of a group without root",
	  enforcing,
	  { SUDOERS("bob ALL = (%staff) ALL\n") },
	  NULL,
	  NULL,
	  { "sudo-gives-everything" } },
	{ "G1 as a member of a group without root, by gid",
	  enforcing,
	  { SUDOERS("bob ALL = (%#50) ALL\n") },
	  NULL,
	  NULL,
	  { "sudo-gives-everything" } },
	{ "G1 as a member of a group that is not in the file",
	  enforcing,
	  { SUDOERS("bob ALL = (%far) ALL\n") },
	  "medium sudo-gives-everything /etc/sudoers:1",
	  "bob may run `ALL` as root",
	  { NULL } },
	{ "G1 as a member of a foreign system's group",
	  enforcing,
	  { SUDOERS("bob ALL = (%:far) ALL\n") },
	  "medium sudo-gives-everything /etc/sudoers:1",
	  "bob may run `ALL` as root",
	  { NULL } },
	{ "G1 as a member of a netgroup",
	  enforcing,
	  { SUDOERS("bob ALL = (+far) ALL\n") },
	  "medium sudo-gives-everything /etc/sudoers:1",
	  "bob may run `ALL` as root",
	  { NULL } },
	{ "G1 as anybody but root's group",
	  enforcing,
	  { SUDOERS("bob ALL = (ALL, !%root) ALL\n") },
	  NULL,
	  NULL,
	  { "sudo-gives-everything" } },
	{ "G1 as anybody but a group that is not in the file",
	  enforcing,
	  { SUDOERS("bob ALL = (ALL, !%far) ALL\n") },
	  "medium sudo-gives-everything /etc/sudoers:1",
	  "bob may run `ALL` as root",
	  { NULL } },
	{ "G1 as a second root",
	  enforcing,
	  { { "etc/passwd", PASSWD "toor:x:0:0::/:/bin/sh\n", 0 },
	    { "etc/group", GROUP, 0 },
	    { "etc/sudoers", "bob ALL = (toor) ALL\n", 0 } },
	  "medium sudo-gives-everything /etc/sudoers:1",
	  "bob may run `ALL` as root",
	  { NULL } },
	{ "G1 as anybody but a second root",
	  enforcing,
	  { { "etc/passwd", PASSWD "toor:x:0:0::/:/bin/sh\n", 0 },
	    { "etc/group", GROUP, 0 },
	    { "etc/sudoers", "bob ALL = (ALL, !toor) ALL\n", 0 } },
	  "medium sudo-gives-everything /etc/sudoers:1",
	  "bob may run `ALL` as root",
	  { NULL } },
	{ "G1 as root's group by an alias",
	  enforcing,
	  { SUDOERS("Runas_Alias R = %#0 : S = !R\nbob ALL = (R) ALL\n") },
	  "medium sudo-gives-everything /etc/sudoers:2",
	  "bob may run `ALL` as root",
	  { NULL } },
	{ "G1 as anybody but root's group, by an alias",
	  enforcing,
	  { SUDOERS("Runas_Alias R = %#0\nbob ALL = (ALL, !R) ALL\n") },
	  NULL,
	  NULL,
	  { "sudo-gives-everything" } },
	{ "G1 the anchored rule",
	  enforcing,
	  { SUDOERS("bob ALL = /usr/bin/passwd ^[a-z_][a-z0-9_-]*$\n") },
	  NULL,
	  NULL,
	  { "sudo-round-gate", "sudo-not-understood" } },
	{ "A5 rolegate is safe",
	  enforcing,
	  { SUDOERS("bob ALL = /usr/sbin/rolegate\n") },
	  "note sudo-rolegate /etc/sudoers:1",
	  "finds out who acts by their login",
	  { NULL } },
	{ "A5 an owner's rule for rolegate needs no word",
	  enforcing,
	  { SUDOERS("alice ALL = /usr/sbin/rolegate\n") },
	  NULL,
	  NULL,
	  { "sudo-rolegate" } },
	{ "G1 an included folder, and what sudo passes over in it",
	  enforcing,
	  { SUDOERS("@includedir /etc/sudoers.d\n"),
	    { "etc/sudoers.d/one", "\nbob ALL = /usr/sbin/usermod\n", 0 },
	    { "etc/sudoers.d/two.bak", "bob ALL = ALL\n", 0 } },
	  "high sudo-round-gate /etc/sudoers.d/one:2",
	  "bob may",
	  { "sudo-gives-everything" } },
	{ "G1 an included file, old style, beside it",
	  enforcing,
	  { SUDOERS("#include more\n"), { "etc/more", "bob ALL = ALL\n", 0 } },
	  "medium sudo-gives-everything /etc/more:1",
	  "bob may",
	  { NULL } },
	{ "G1 a file that includes itself",
	  enforcing,
	  { SUDOERS("@include /etc/sudoers\n") },
	  "medium sudo-not-understood /etc/sudoers:1",
	  "cannot be told",
	  { NULL } },
	{ "G1 a line that is not understood",
	  enforcing,
	  { SUDOERS("bob ALL (root) /bin/x\n") },
	  "medium sudo-not-understood /etc/sudoers:1",
	  "neither an alias nor",
	  { NULL } },
	{ "G1 aliases that name one another, several times",
	  enforcing,
	  { SUDOERS("User_Alias A = B, B, B, B, B\nUser_Alias B = A, A, A, A, A, bob\n"
		    "Runas_Alias R = R, R, R, R, R\nCmnd_Alias C = C, C, C, C, C\n"
		    "A ALL = (R) C, /usr/sbin/usermod\n") },
	  "high sudo-round-gate /etc/sudoers:5",
	  "bob and others may",
	  { NULL } },
	{ "G1 an alias that is not there",
	  enforcing,
	  { SUDOERS("bob ALL = SETTERS\n") },
	  "medium sudo-not-understood /etc/sudoers:1",
	  "nobody can tell",
	  { NULL } },
	{ "D2 sudo that skips the account phase",
	  enforcing,
	  { SUDOERS("Defaults !pam_acct_mgmt\n") },
	  "high sudo-skips-account /etc/sudoers:1",
	  "never asks rolegate",
	  { NULL } },
	{ "D2 sudo that runs it",
	  enforcing,
	  { SUDOERS("Defaults pam_acct_mgmt\n") },
	  NULL,
	  NULL,
	  { "sudo-skips-account" } },
	{ "D2 sudo that asks as another service",
	  enforcing,
	  { SUDOERS("Defaults pam_service=other\n") },
	  "low sudo-other-service /etc/sudoers:1",
	  "as the service `other`",
	  { NULL } },
	{ "D2 sudo that asks as sudo",
	  enforcing,
	  { SUDOERS("Defaults pam_service=sudo\n") },
	  NULL,
	  NULL,
	  { "sudo-other-service" } },
	{ "G1 without a policy nobody is an owner",
	  NULL,
	  { SUDOERS("bob ALL = ALL\n") },
	  NULL,
	  NULL,
	  { "sudo-gives-everything" } },

	/* Programs that go round the gate. */
	{ "G1 usermod is there",
	  enforcing,
	  { { "usr/sbin/usermod", "", 0 }, { "usr/bin/chage", "", 0 } },
	  "note gate-ways-round -",
	  "usermod, chage: account files are edited",
	  { NULL } },
	{ "G1 passwd is there",
	  enforcing,
	  { { "usr/bin/passwd", "", 0 } },
	  "note gate-ways-round -",
	  "not for -d -l -u",
	  { NULL } },
	{ "G1 no such program is there", enforcing, { PEOPLE }, NULL, NULL, { "gate-ways-round" } },
	{ "G1 polkit, where its administrators are owners",
	  enforcing,
	  { { "usr/bin/pkexec", "", 0 }, PEOPLE },
	  "note gate-ways-round -",
	  "pkexec",
	  { NULL } },
	{ "G1 polkit, where they are not",
	  enforcing,
	  { { "usr/libexec/accounts-daemon", "", 0 },
	    { "etc/passwd", PASSWD, 0 },
	    { "etc/group", "sudo:x:27:alice,bob\n", 0 } },
	  "low gate-ways-round -",
	  "not all owners: bob",
	  { NULL } },

	/* People. */
	{ "A4 an owner who is locked",
	  enforcing,
	  { { "etc/passwd", PASSWD, 0 },
	    { "etc/shadow", "alice:!$6$x:1::::::\nann:!:1::::::\n", 0 } },
	  "medium owner-unusable /etc/rolegate/rolegate.conf:2",
	  "alice is assigned owner, but is locked",
	  { "no-usable-owner" } },
	{ "A4 then the other is the only one",
	  enforcing,
	  { { "etc/passwd", PASSWD, 0 }, { "etc/shadow", "alice:!$6$x:1::::::\n", 0 } },
	  "note one-owner -",
	  "ann is the only usable owner",
	  { NULL } },
	{ "A4 an owner who has expired",
	  enforcing,
	  { { "etc/passwd", PASSWD, 0 }, { "etc/shadow", "ann:$6$x:1:::::9:\n", 0 } },
	  "medium owner-unusable /etc/rolegate/rolegate.conf:3",
	  "ann is assigned owner, but is expired",
	  { NULL } },
	{ "A4 no owner at all",
	  enforcing,
	  { { "etc/passwd", "root:x:0:0::/root:/bin/sh\n", 0 } },
	  "high no-usable-owner -",
	  "no usable owner",
	  { "one-owner" } },
	{ "A4 two owners",
	  enforcing,
	  { PEOPLE },
	  NULL,
	  NULL,
	  { "one-owner", "owner-unusable", "no-usable-owner", "assigned-unknown" } },
	{ "P3 somebody whom the system does not know",
	  enforcing,
	  { { "etc/passwd", "alice:x:1000:1000::/:/bin/sh\nann:x:1001:1::/:/bin/sh\n", 0 } },
	  "note assigned-unknown -",
	  "does not know: bob",
	  { NULL } },
	{ "P3 a system account",
	  enforcing,
	  { { "etc/passwd", "alice:x:1000:1000::/:/bin/sh\nbob:x:77:1::/:/bin/sh\n", 0 } },
	  "note assigned-system-account -",
	  "below 1000): bob",
	  { NULL } },
	{ "P3 none", enforcing, { PEOPLE }, NULL, NULL, { "assigned-system-account" } },
	{ "G2 one uid for two",
	  enforcing,
	  { { "etc/passwd", PASSWD "carl:x:1002:1002::/:/bin/sh\n", 0 } },
	  "medium duplicate-uid /etc/passwd:6",
	  "bob and carl have the same uid, 1002",
	  { "second-root", "duplicate-name" } },
	{ "D6 a second root",
	  enforcing,
	  { { "etc/passwd", PASSWD "toor:x:0:0::/:/bin/sh\n", 0 } },
	  "high second-root /etc/passwd:6",
	  "toor has uid 0, as root",
	  { "duplicate-uid" } },
	{ "P12 one name twice",
	  enforcing,
	  { { "etc/passwd", PASSWD "bob:x:1003:1::/:/bin/sh\n", 0 } },
	  "medium duplicate-name /etc/passwd:6",
	  "the first is in line 5",
	  { "duplicate-uid" } },
	{ "P3 one gid for two",
	  enforcing,
	  { { "etc/group", GROUP "crew:x:50:\n", 0 } },
	  "medium duplicate-gid /etc/group:6",
	  "staff and crew",
	  { "duplicate-group" } },
	{ "P3 one gid for two, without a policy",
	  NULL,
	  { { "etc/group", GROUP "crew:x:50:\n", 0 } },
	  "medium duplicate-gid /etc/group:6",
	  "a member of either gets what the policy gives the first",
	  { NULL } },
	{ "P3 one gid for two, of which the first has roles",
	  to_groups,
	  { { "etc/group", GROUP "crew:x:50:\n", 0 } },
	  "high duplicate-gid /etc/group:6",
	  "staff and crew",
	  { NULL } },
	{ "P3 one gid for two, of which the second has roles",
	  to_groups,
	  { { "etc/group", "crew:x:50:\n" GROUP, 0 } },
	  "high duplicate-gid /etc/group:4",
	  "crew and staff",
	  { NULL } },
	{ "P3 one gid for three, the last of which gets what the first has",
	  to_groups,
	  { { "etc/group", GROUP "crew:x:50:\nmore:x:50:\n", 0 } },
	  "high duplicate-gid /etc/group:7",
	  "staff and more",
	  { NULL } },
	{ "P3 one gid for two, and the roles are another's",
	  to_groups,
	  { { "etc/group", GROUP "crew:x:27:\n", 0 } },
	  "medium duplicate-gid /etc/group:6",
	  "sudo and crew",
	  { NULL } },
	{ "P3 one group twice",
	  enforcing,
	  { { "etc/group", GROUP "sudo:x:51:\n", 0 } },
	  "medium duplicate-group /etc/group:6",
	  "sudo is there twice",
	  { "duplicate-gid" } },
	{ "P3 each once",
	  enforcing,
	  { PEOPLE },
	  NULL,
	  NULL,
	  { "duplicate-uid", "duplicate-gid", "second-root", "duplicate-name" } },
	{ "D7 root has no way in",
	  enforcing,
	  { { "etc/shadow", "root:*:1::::::\n", 0 }, GUARDED_SUDO },
	  "low root-cannot-log-in /etc/shadow:1",
	  "neither a password nor",
	  { NULL } },
	{ "D7 root has a password",
	  enforcing,
	  { { "etc/shadow", "root:$6$x:1::::::\n", 0 }, GUARDED_SUDO },
	  NULL,
	  NULL,
	  { "root-cannot-log-in" } },
	{ "D7 root has a key",
	  enforcing,
	  { { "etc/shadow", "root:*:1::::::\n", 0 },
	    { "root/.ssh/authorized_keys", "# none\nssh-ed25519 AAAA\n", 0 },
	    GUARDED_SUDO },
	  NULL,
	  NULL,
	  { "root-cannot-log-in" } },
	{ "D7 sudo does not ask rolegate",
	  enforcing,
	  { { "etc/shadow", "root:*:1::::::\n", 0 },
	    { "etc/pam.d/sudo", "account required pam_unix.so\n", 0 } },
	  NULL,
	  NULL,
	  { "root-cannot-log-in" } },

	/* sshd. */
	{ "D2 sshd does not ask",
	  enforcing,
	  { { "etc/ssh/sshd_config", "Port 22\nUsePAM no\n", 0 } },
	  "high sshd-without-pam /etc/ssh/sshd_config:2",
	  "UsePAM no",
	  { NULL } },
	{ "D2 sshd is not told to ask",
	  enforcing,
	  { { "etc/ssh/sshd_config", "#UsePAM yes\nMatch User x\nUsePAM yes\n", 0 } },
	  "high sshd-without-pam /etc/ssh/sshd_config:-",
	  "not set",
	  { NULL } },
	{ "D2 sshd asks",
	  enforcing,
	  { { "etc/ssh/sshd_config", "usepam = \"yes\"\nUsePAM no\n", 0 } },
	  NULL,
	  NULL,
	  { "sshd-without-pam" } },
	{ "D2 what is included comes first",
	  enforcing,
	  { { "etc/ssh/sshd_config", "Include /etc/ssh/sshd_config.d/*.conf\nUsePAM yes\n", 0 },
	    { "etc/ssh/sshd_config.d/50-x.conf", "UsePAM no\n", 0 },
	    { "etc/ssh/sshd_config.d/60-x.conf", "UsePAM yes\n", 0 } },
	  "high sshd-without-pam /etc/ssh/sshd_config.d/50-x.conf:1",
	  "UsePAM no",
	  { NULL } },
	{ "D2 a Match in what is included ends with it",
	  enforcing,
	  { { "etc/ssh/sshd_config", "Include more/*.conf\nUsePAM yes\n", 0 },
	    { "etc/ssh/more/x.conf", "Match User x\nUsePAM no\n", 0 } },
	  NULL,
	  NULL,
	  { "sshd-without-pam" } },
	{ "D2 no sshd", enforcing, { PEOPLE }, NULL, NULL, { "sshd-without-pam" } },

	/* nsswitch. */
	{ "P3 a directory before the files",
	  enforcing,
	  { { "etc/nsswitch.conf", "# x\npasswd: sss files\ngroup: files sss\n", 0 } },
	  "medium nss-order /etc/nsswitch.conf:2",
	  "passwd is looked up in `sss`",
	  { NULL } },
	{ "P3 the files before a directory",
	  enforcing,
	  { { "etc/nsswitch.conf", "passwd: files sss\nshadow:\tfiles\ngroup: compat\n", 0 } },
	  NULL,
	  NULL,
	  { "nss-order", "nss-no-rolegate", "nss-initgroups" } },
	{ "P3 roles as groups, and nobody asks",
	  grouped,
	  { { "etc/nsswitch.conf", "group: files\n", 0 } },
	  "low nss-no-rolegate /etc/nsswitch.conf:1",
	  "does not name rolegate",
	  { NULL } },
	{ "P3 roles as groups that are listed, not merged",
	  listed,
	  { { "etc/nsswitch.conf", "group: files [NOTFOUND=continue] rolegate\n", 0 } },
	  "low nss-rolegate-not-merged /etc/nsswitch.conf:1",
	  "without [SUCCESS=merge]",
	  { NULL } },
	{ "P3 roles as groups that are not listed need no merging",
	  grouped,
	  { { "etc/nsswitch.conf", "group: files rolegate\n", 0 } },
	  NULL,
	  NULL,
	  { "nss-rolegate-not-merged", "nss-no-rolegate" } },
	{ "P3 the last line of a database counts",
	  grouped,
	  { { "etc/nsswitch.conf", "group: files rolegate\ngroup: files\n", 0 } },
	  "low nss-no-rolegate /etc/nsswitch.conf:2",
	  "does not name rolegate",
	  { NULL } },
	{ "P3 roles as groups, as it should be",
	  grouped,
	  { { "etc/nsswitch.conf", "group: files [success=merge]rolegate sss\n", 0 } },
	  NULL,
	  NULL,
	  { "nss-rolegate-not-merged", "nss-no-rolegate", "nss-order" } },
	{ "P3 initgroups hides rolegate",
	  grouped,
	  { { "etc/nsswitch.conf", "group: files [SUCCESS=merge] rolegate\ninitgroups: files\n",
	      0 } },
	  "low nss-initgroups /etc/nsswitch.conf:2",
	  "initgroups hides \"rolegate\", which \"group\" lists",
	  { NULL } },
	{ "P3 initgroups hides a directory",
	  grouped,
	  { { "etc/nsswitch.conf", "group: files odd\ninitgroups: files\n", 0 } },
	  "high nss-initgroups /etc/nsswitch.conf:2",
	  "initgroups hides \"odd\", which \"group\" lists",
	  { NULL } },
	{ "P3 initgroups ends where a user was found",
	  grouped,
	  { { "etc/nsswitch.conf", "group: files sss\ninitgroups: files sss\n", 0 } },
	  "high nss-initgroups /etc/nsswitch.conf:2",
	  "hides \"sss\", which \"group\" lists, for users with a group in \"files\"",
	  { NULL } },
	{ "P3 initgroups that goes on",
	  grouped,
	  { { "etc/nsswitch.conf", "group: files sss\ninitgroups: files [SUCCESS=continue] sss\n",
	      0 } },
	  NULL,
	  NULL,
	  { "nss-initgroups" } },
	{ "P3 initgroups that merges, in another way of writing",
	  grouped,
	  { { "etc/nsswitch.conf",
	      "group: files sss\ninitgroups: files[ NOTFOUND=continue success = Merge ]sss\n",
	      0 } },
	  NULL,
	  NULL,
	  { "nss-initgroups" } },
	{ "P3 initgroups that goes on whatever the answer",
	  grouped,
	  { { "etc/nsswitch.conf", "group: files sss\ninitgroups: files [!UNAVAIL=continue] sss\n",
	      0 } },
	  NULL,
	  NULL,
	  { "nss-initgroups" } },
	{ "P3 initgroups ends where a user was not found",
	  grouped,
	  { { "etc/nsswitch.conf",
	      "group: files sss\ninitgroups: files [SUCCESS=continue NOTFOUND=return] sss\n", 0 } },
	  "high nss-initgroups /etc/nsswitch.conf:2",
	  "for users without a group in \"files\"",
	  { NULL } },
	{ "P3 initgroups ends as group does",
	  grouped,
	  { { "etc/nsswitch.conf",
	      "group: files [NOTFOUND=return] sss\ninitgroups: files [SUCCESS=continue NOTFOUND=return] sss\n",
	      0 } },
	  NULL,
	  NULL,
	  { "nss-initgroups" } },
	{ "P3 initgroups in another order",
	  grouped,
	  { { "etc/nsswitch.conf", "group: files sss\ninitgroups: sss [SUCCESS=continue] files\n",
	      0 } },
	  NULL,
	  NULL,
	  { "nss-initgroups" } },
	{ "P3 initgroups without any source",
	  grouped,
	  { { "etc/nsswitch.conf", "group: files\ninitgroups:\n", 0 } },
	  "high nss-initgroups /etc/nsswitch.conf:2",
	  "hides \"files\"",
	  { NULL } },
	{ "P3 initgroups that names more",
	  grouped,
	  { { "etc/nsswitch.conf", "group: files\ninitgroups: files sss\n", 0 } },
	  NULL,
	  NULL,
	  { "nss-initgroups" } },
	{ "P3 initgroups: what to write",
	  grouped,
	  { { "etc/nsswitch.conf", "group: files [SUCCESS=merge] sss systemd\ninitgroups: files\n",
	      0 } },
	  "high nss-initgroups /etc/nsswitch.conf:2",
	  "hides \"systemd\"",
	  { NULL } },

	/* Files. */
	{ "D4 anybody's pam.d",
	  enforcing,
	  { { "etc/pam.d/other", "", 0666 } },
	  "high file-untrusted /etc/pam.d/other:-",
	  "mode 0666",
	  { NULL } },
	{ "D4 a group's sudoers",
	  enforcing,
	  { { "etc/sudoers", "", 0660 } },
	  "high file-untrusted /etc/sudoers:-",
	  "mode 0660",
	  { NULL } },
	{ "D4 a source of the policy",
	  enforcing,
	  { { "etc/rolegate/policy.d/x.conf", "", 0646 } },
	  "high file-untrusted /etc/rolegate/policy.d/x.conf:-",
	  "mode 0646",
	  { NULL } },
	{ "D4 what is fine",
	  enforcing,
	  { { "etc/pam.d/other", "", 0600 }, { "etc/shadow", "", 0600 } },
	  NULL,
	  NULL,
	  { "file-untrusted" } },
	{ "D4 a policy that services cannot read",
	  enforcing,
	  { { "var/lib/rolegate/policy.cdb", NULL, 0600 } },
	  "medium policy-unreadable /var/lib/rolegate/policy.cdb:-",
	  "mode 0600",
	  { NULL } },
	{ "D4 one that they can", enforcing, { PEOPLE }, NULL, NULL, { "policy-unreadable" } },
	{ "D4 a link below a root is not followed",
	  enforcing,
	  { { "etc/sudoers", "LINK", 0 } },
	  "low not-looked-at /etc/sudoers:-",
	  "may hide more",
	  { NULL } },

	/* What is in force. */
	{ "A1 sources that were changed",
	  enforcing,
	  { { "etc/rolegate/policy.d/x.conf", "tell_user = false;\n", 0 } },
	  "low sources-changed /etc/rolegate:-",
	  "were changed",
	  { "sources-broken" } },
	{ "A1 sources with errors",
	  enforcing,
	  { { "etc/rolegate/policy.d/x.conf", "nonsense", 0 } },
	  "medium sources-broken /etc/rolegate:-",
	  "have errors",
	  { "sources-changed" } },
	{ "A1 sources as they were",
	  enforcing,
	  { PEOPLE },
	  NULL,
	  NULL,
	  { "sources-changed", "sources-broken", "trial-running", "trial-over" } },
	{ "D5 a permissive service",
	  loose,
	  { PEOPLE },
	  "low service-permissive -",
	  "nobody",
	  { NULL } },
	{ "D5 none", single, { PEOPLE }, "note one-owner -", "alice", { "service-permissive" } },
};

static void write_file(const struct command *host, const struct file *file)
{
	char whole[700];

	snprintf(whole, sizeof(whole), "%s/%s", host->root, file->path);
	if (file->text)
		command_write(host, file->path, strcmp(file->text, "LINK") ? file->text : "");
	if (file->text && !strcmp(file->text, "LINK")) {
		assert_int_equal(remove(whole), 0);
		assert_int_equal(symlink("/etc/hostname", whole), 0);
	} else {
		assert_int_equal(chmod(whole, file->mode ? file->mode : 0644), 0);
	}
}

static json_t *examine(struct command *host)
{
	json_error_t error;
	json_t *answer;

	if (command_run(host, "--json doctor") > 1)
		fail_msg("%s", host->output);
	answer = json_loads(host->output, 0, &error);
	if (!answer)
		fail_msg("%s: %s", error.text, host->output);
	return answer;
}

static const char *text_of(const json_t *finding, const char *key)
{
	const char *text = json_string_value(json_object_get(finding, key));

	return text ? text : "";
}

/* A finding as the table has it. */
static void spell(const json_t *finding, char *to, size_t size)
{
	const char *file = text_of(finding, "file");
	int line = (int)json_integer_value(json_object_get(finding, "line"));
	char number[16] = "-";

	if (line > 0)
		snprintf(number, sizeof(number), "%d", line);
	snprintf(to, size, "%s %s %s%s%s", text_of(finding, "severity"), text_of(finding, "id"),
		 *file ? file : "-", *file ? ":" : "", *file ? number : "");
}

/* Every finding has words, and what is above a note has its mend. */
static void check_words(size_t i, const json_t *finding, const char *output)
{
	const char *id = text_of(finding, "id");
	bool is_note = !strcmp(text_of(finding, "severity"), "note");

	if (!*text_of(finding, "text") ||
	    (!is_note && !*text_of(finding, "mend") && strcmp(id, "not-looked-at") != 0))
		fail_msg("%s: words are missing at %s\n%s", cases[i].name, id, output);
}

static void check_findings(size_t i, const json_t *findings, const char *output)
{
	bool is_there = !cases[i].want;
	const json_t *finding;
	char spelt[512];
	size_t k;

	json_array_foreach(findings, k, finding)
	{
		check_words(i, finding, output);
		spell(finding, spelt, sizeof(spelt));
		if (cases[i].want && !strcmp(spelt, cases[i].want) &&
		    (strstr(text_of(finding, "text"), cases[i].text) ||
		     strstr(text_of(finding, "why"), cases[i].text)))
			is_there = true;
		for (size_t n = 0; n < N(cases[i].unwanted) && cases[i].unwanted[n]; n++)
			if (!strcmp(text_of(finding, "id"), cases[i].unwanted[n]))
				fail_msg("%s: %s\n%s", cases[i].name, spelt, output);
	}
	if (!is_there)
		fail_msg("%s: no %s (%s)\n%s", cases[i].name, cases[i].want, cases[i].text, output);
}

static void test_cases(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N(cases); i++) {
		struct command *host = command_start(cases[i].policy);
		json_t *answer;

		assert_int_equal(chmod(host->root, 0755), 0);
		for (size_t k = 0; k < N(cases[i].files) && cases[i].files[k].path; k++)
			write_file(host, &cases[i].files[k]);
		answer = examine(host);
		check_findings(i, json_object_get(answer, "findings"), host->output);
		json_decref(answer);
		command_end(host);
	}
}

/* A trial while it runs, and what is left of it. */
static void test_trial(void **unused)
{
	struct command *host = command_start(enforcing);

	(void)unused;
	assert_int_equal(chmod(host->root, 0755), 0);
	command_write(host, "etc/rolegate/policy.d/x.conf", "tell_user = false;\n");
	command_expect(host, "apply --confirm-within 1h", 0, "");
	command_expect(host, "doctor", 1, "generation 2 is on trial for another 3");
	command_expect(host, "doctor", 1, "[trial-running]");
	command_expect(host, "confirm", 0, "");
	(void)command_run(host, "doctor");
	assert_null(strstr(host->output, "[trial-"));
	command_write(host, "var/lib/rolegate/trial.cdb", "left over");
	command_expect(host, "doctor", 0, "[trial-over]");
	command_end(host);
}

/* It changes nothing: not a file, not a time. */
static void test_untouched(void **unused)
{
	struct command *host = command_start(enforcing);
	char line[900], before[4096], after[4096];
	FILE *pipe;

	(void)unused;
	command_write(host, "etc/sudoers", "bob ALL = ALL\n");
	snprintf(line, sizeof(line), "find '%s' -printf '%%p %%m %%s %%T@ %%C@\\n' | sort",
		 host->root);
	for (int i = 0; i < 2; i++) {
		char *to = i ? after : before;

		pipe = popen(line, "re");
		assert_non_null(pipe);
		to[fread(to, 1, sizeof(before) - 1, pipe)] = '\0';
		assert_int_equal(pclose(pipe), 0);
		if (i == 0)
			assert_int_equal(command_run(host, "doctor"), 1);
	}
	assert_string_equal(before, after);
	command_end(host);
}

/* A group that is no longer the one whose gid apply captured. */
static void compares_gids(void **state)
{
	struct command *host = command_start(NULL);

	(void)state;
	command_write(host, "etc/group", "adm:x:400:\n");
	command_write(host, COMMAND_POLICY, grouped);
	command_expect(host, "apply", 0, "");
	(void)command_run(host, "doctor");
	assert_null(strstr(host->output, "nss-gid-changed"));
	command_write(host, "etc/group", "other:x:400:\nadm:x:401:\n");
	command_expect(host, "doctor", 1, "had the gid 400 when the policy was applied");
	assert_non_null(strstr(host->output, "[nss-gid-changed]"));
	command_write(host, "etc/group", "other:x:400:\n");
	command_expect(host, "doctor", 1, "the group adm of role_groups (gid 400) is gone");
	command_end(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares_gids),
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_trial),
		cmocka_unit_test(test_untouched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
